import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MemoryBroker } from '@millrace/stream-core/memory';

/** What a run takes of memory, in MiB. */
export interface MemoryUse {
  /** The process as a whole. */
  readonly rssMiB: number;
  /** What of it JavaScript uses, without garbage. */
  readonly usedMiB: number;
  /** What of that are the logs of the broker, which keep everything. */
  readonly topicsMiB: number;
}

/** What an object that holds a batch takes beside its bytes. Measured; small transactions make many small batches. */
const batchOverheadBytes = 320;

const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576);

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

/** Looks at the memory of this process, in which the broker is. */
export const memoryUse = (broker: MemoryBroker): MemoryUse => {
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  let topicBytes = 0;
  for (const log of broker.cluster.topics.logs()) topicBytes += log.sizeInBytes + log.batchCount * batchOverheadBytes;
  return { rssMiB: mebibytes(rss), usedMiB: mebibytes(heapUsed + external), topicsMiB: mebibytes(topicBytes) };
};
