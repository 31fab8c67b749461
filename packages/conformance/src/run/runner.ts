import type { StateBackend } from '@millrace/stream-core';
import type { WindowRetention } from '../interpreter/build.ts';
import type { Case, Phase, StoreEntry } from '../language/case.ts';

/** How a case went wrong. */
export interface RunError {
  readonly phase: Phase;
  /** The index of the input, in phase run. */
  readonly at: number | null;
  /** The thrown error; its causes tell what is below. */
  readonly thrown: unknown;
}

/** A record as it was written, in bytes. */
export interface ActualRecord {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

/** What the library did with a case. */
export interface RunResult {
  /** Null when the topology could not be built. */
  readonly describe: string | null;
  /** Everything that was written, to internal topics too, in order; behind an error, what came before. */
  readonly produced: readonly ActualRecord[];
  /** Whether repartition topics and changelogs can be held against the answer too, and not output topics alone. */
  readonly hasInternalTopics: boolean;
  /** The stores of the topology with their entries; null behind an error. */
  readonly stores: ReadonlyMap<string, readonly StoreEntry[]> | null;
  readonly retentions: readonly WindowRetention[];
  readonly error: RunError | null;
}

/** A way to run cases. */
export interface Runner {
  readonly name: string;
  /** @throws UnsupportedError, CaseError; what the library throws is part of the result */
  run(testCase: Case, state: StateBackend): RunResult | Promise<RunResult>;
}
