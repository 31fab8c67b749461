import type { Headers } from '../common/headers.ts';

/** A record in bytes, as it went to a topic. */
export interface ProducedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly headers: Headers;
}
