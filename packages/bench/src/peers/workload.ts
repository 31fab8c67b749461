import type { StreamsBuilder } from '@millrace/stream-core';
import type { PeerEnvironment } from './peer-environment.ts';

/** Describes a workload of the peer benchmark in the public API. */
export type Workload = (builder: StreamsBuilder, env: PeerEnvironment) => void;
