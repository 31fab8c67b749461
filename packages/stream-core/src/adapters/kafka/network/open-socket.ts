import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { socketError, unavailable } from './network-error.ts';
import type { HostPort, NetworkOptions } from './network-options.ts';

/** The name that the certificate must have: that of the host, unless it is an address or the options say otherwise. */
const serverName = ({ host }: HostPort): { servername?: string } => (isIP(host) === 0 ? { servername: host } : {});

/** Begins to connect. `opened` rejects with a StreamsError; destroying the socket makes it reject too. */
export const openSocket = (
  address: HostPort,
  { tls, clock, connectTimeoutMs }: NetworkOptions,
): { readonly socket: Socket; readonly opened: Promise<void> } => {
  const { host, port } = address;
  const socket = tls === null ? connect({ host, port }) : connectTls({ ...serverName(address), ...tls, host, port });
  socket.setNoDelay(true);
  const opened = new Promise<void>((resolve, reject) => {
    let isSecuring = false;
    const timer = clock.schedule(connectTimeoutMs, () => {
      const what = `did not accept a connection within ${connectTimeoutMs} ms. Check the address and the network.`;
      reject(unavailable(address, what));
      socket.destroy();
    });
    socket.once('connect', () => {
      isSecuring = tls !== null;
    });
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      timer.cancel();
      resolve();
    });
    socket.once('error', (error) => {
      timer.cancel();
      reject(socketError(address, error, isSecuring));
    });
    socket.once('close', () => {
      timer.cancel();
      reject(socketError(address, null, isSecuring));
    });
  });
  return { socket, opened };
};
