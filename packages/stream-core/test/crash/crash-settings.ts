import type { RemoteAddress } from '../../src/adapters/remote/index.ts';
import { silentLogger } from '../../src/common/logger.ts';
import type { KafkaStreamsOptions } from '../../src/kafka-streams.ts';

/** What the child that is killed and the run that is never interrupted have in common. */
export const crashSettings: Partial<KafkaStreamsOptions> & Pick<KafkaStreamsOptions, 'processingGuarantee'> = {
  processingGuarantee: 'exactly_once_v2',
  commitInterval: 40,
  // A transaction that a killed child left open holds everybody up for so long.
  transactionTimeout: 1_000,
  sessionTimeout: 3_000,
  heartbeatInterval: 500,
  statestoreCacheMaxBytes: 0,
  logger: silentLogger,
};

/** What the parent tells the child on its command line, as JSON. */
export interface ChildArguments {
  readonly address: RemoteAddress;
  readonly engine: string;
  readonly directory: string;
  readonly applicationId: string;
  /** Small enough for the engine to be written to all the time. */
  readonly stateMemoryMaxBytes: number;
}

/** How far a changelog was restored. */
export interface RestoredChangelog {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** What the child tells, a line of JSON each. */
export type ChildMessage =
  | { readonly type: 'running'; readonly restored: readonly RestoredChangelog[]; readonly restoredBytes: number }
  | { readonly type: 'stores'; readonly stores: StoreContents }
  | { readonly type: 'failed'; readonly error: string };

/** The rows of stores as text, sorted. */
export type StoreContents = Readonly<Record<string, readonly string[]>>;
