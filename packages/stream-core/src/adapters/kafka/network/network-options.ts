import type { ConnectionOptions } from 'node:tls';

import type { Clock } from '../../../common/clock.ts';

/** A host name or address, and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What TLS needs to know beyond the system's own certificates: Node's own options, such as `ca`, `cert`, `key`. */
export type TlsOptions = Omit<ConnectionOptions, 'host' | 'port' | 'socket' | 'path'>;

/** User name and password: PLAIN only inside TLS, or where nobody listens. */
export interface PasswordSaslOptions {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** A token of an identity provider (KIP-255). */
export interface TokenSaslOptions {
  readonly mechanism: 'OAUTHBEARER';
  /** Gives the token for a new connection; called again before it expires, if the broker says when that is. */
  readonly token: () => string | Promise<string>;
  /** SASL extensions that the broker wants. Default none. */
  readonly extensions?: Readonly<Record<string, string>>;
}

/** How the client proves who it is. */
export type SaslOptions = PasswordSaslOptions | TokenSaslOptions;

/** What a connection is made with. */
export interface NetworkOptions {
  readonly clientId: string;
  readonly clock: Clock;
  /** null: no TLS. */
  readonly tls: TlsOptions | null;
  /** null: no authentication. */
  readonly sasl: SaslOptions | null;
  /** How long it may take until a connection can be used: the handshakes of TCP, TLS and SASL together. */
  readonly connectTimeoutMs: number;
  /** A longer answer is not believed, and the connection is given up. */
  readonly maxAnswerBytes: number;
}
