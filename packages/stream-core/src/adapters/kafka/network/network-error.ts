import { StreamsError } from '../../../errors/streams-error.ts';
import type { HostPort } from './network-options.ts';

/** `host:port`, as people write it. */
export const addressText = ({ host, port }: HostPort): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

/** No answer came: what was asked may have happened or not. */
export const unavailable = (address: HostPort, what: string, cause?: unknown): StreamsError =>
  new StreamsError('BROKER_UNAVAILABLE', `The broker at ${addressText(address)} ${what}`, { cause });

/** The credentials are refused, or one side expects TLS or SASL and the other does not. */
export const unauthenticated = (address: HostPort, problem: string, cause?: unknown): StreamsError =>
  new StreamsError('AUTHENTICATION_FAILED', `The broker at ${addressText(address)} ${problem}`, { cause });

const problems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections. Check the address, and that the broker runs.',
  ENOTFOUND: 'cannot be found: its host name has no address. Check the name.',
  EAI_AGAIN: 'cannot be found: the name service does not answer. Check the network.',
  ETIMEDOUT: 'did not answer. Check the address and the firewalls on the way.',
  EHOSTUNREACH: 'cannot be reached. Check the address and the network.',
  ENETUNREACH: 'cannot be reached. Check the address and the network.',
};

/** What Node's TLS says when the certificate of the broker is not trusted, or the other side speaks something else. */
const isTlsRefusal = (code: string): boolean =>
  /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/.test(
    code,
  );

/** A connection that could not be made, or was lost. `isSecuring`: during the TLS handshake. */
export const socketError = (address: HostPort, error: unknown, isSecuring: boolean): StreamsError => {
  const code = codeOf(error);
  if (isTlsRefusal(code)) {
    const remedy = 'Check `tls` (ca, servername, cert), and that this port speaks TLS.';
    return unauthenticated(address, `cannot be connected to by TLS (${code}). ${remedy}`, error);
  }
  const known = problems[code];
  if (known !== undefined) return unavailable(address, known, error);
  // A broker that dies looks the same from here as a port that does not speak TLS, so it may be tried again.
  const hint = isSecuring ? ' during the TLS handshake. Check that this port speaks TLS.' : '.';
  return unavailable(address, `closed the connection (${code})${hint}`, error);
};
