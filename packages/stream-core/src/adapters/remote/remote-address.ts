import type { NetConnectOpts } from 'node:net';

/**
 * Where a broker server listens: a TCP port, at 127.0.0.1 unless a host is named, or the path of a Unix socket (on
 * Windows of a named pipe).
 */
export type RemoteAddress =
  | { readonly port: number; readonly host?: string }
  // The other kind's members are named so that an address is never both.
  | { readonly path: string; readonly port?: never };

const loopback = '127.0.0.1';

/** The address as node:net wants it. */
export const netAddress = (address: RemoteAddress): NetConnectOpts =>
  address.port === undefined ? { path: address.path } : { port: address.port, host: address.host ?? loopback };

/** The address for people. */
export const addressText = (address: RemoteAddress): string =>
  address.port === undefined ? address.path : `${address.host ?? loopback}:${address.port}`;
