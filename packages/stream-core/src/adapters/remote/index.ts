// The public door of `@millrace/stream-core/remote`: a broker that several processes share, for tests and tools.

export type { RemoteAddress } from './remote-address.ts';
export type { RemoteBrokerOptions } from './remote-broker.ts';
export { remoteBroker } from './remote-broker.ts';
export type { BrokerServer, ServeBrokerOptions } from './serve-broker.ts';
export { serveBroker } from './serve-broker.ts';
