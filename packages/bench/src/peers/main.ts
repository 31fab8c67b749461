// Started by the harness of the peer benchmark; see packages/bench/peers/README.md.
import { readEnvironment } from './peer-environment.ts';
import { startPeer } from './start-peer.ts';

const streams = await startPeer(readEnvironment(process.env));
process.once('SIGTERM', () => void streams.close());
