import type { KeyObject } from 'node:crypto';
import type { BookSource } from '../../src/payments/books/topic-reader.ts';
import type { KillOptions } from './kill-options.ts';

/** Everything that a run leaves behind to be judged. */
export interface KillEvidence {
  readonly options: KillOptions;
  /** Signs the tokens of the audit trail. */
  readonly hmacKey: KeyObject;
  /** The topics as Kafka's own consumer reads them. */
  readonly source: BookSource;
  /** Whether every payment ended before patience did. */
  readonly isSettled: boolean;
  /** Payments that the gateway has sent. */
  readonly sent: number;
  /** Records that the brokers have acknowledged to the gateway. */
  readonly acknowledged: number;
  /** Why records were not acknowledged. */
  readonly writeErrors: readonly string[];
  readonly kills: number;
  readonly brokerKills: number;
  readonly brokerRestarts: number;
  readonly transactionsAborted: number;
  /** Processes that ended although nobody killed them. */
  readonly unplannedExits: readonly string[];
  /** Processes that did not end in an orderly way when they were asked to. */
  readonly notDrained: readonly string[];
  /** Lines that the processes have logged as errors. */
  readonly complaints: readonly string[];
  /** Where the logs of the processes and of the broker are. */
  readonly logFolder: string;
}
