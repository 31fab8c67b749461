import type { Benchmark, Contender, Run } from '../benchmark.ts';
import type { LentState } from '../state-engines.ts';
import { stateEngines } from '../state-engines.ts';

type Engine = ReturnType<ReturnType<LentState['state']['acquire']>['open']>;

const batchRows = 1_000;
const memoryBytes = 64 * 1024 * 1024;
const value = Buffer.alloc(100, 7);
// A prime, so that keys come in no order.
const stride = 7_919;

const keyOf = (index: number): Buffer => Buffer.from(`key-${String(index).padStart(12, '0')}`);

/** What is asked of an open engine with `records` rows, and a number that proves that it was done. */
type Work = (engine: Engine, records: number) => number;

const fill: Work = (engine, records) => {
  for (let from = 0; from < records; from += batchRows) {
    const batch = engine.batch();
    for (let row = from; row < Math.min(records, from + batchRows); row++) {
      batch.put(keyOf((row * stride) % records), value);
    }
    batch.commit();
  }
  return records;
};

const prepare = (
  lent: LentState,
  records: number,
  parts: { readonly before: Work | null; readonly work: Work },
): Run => {
  const directory = lent.state.acquire('bench');
  const engine = directory.open({ subtopology: 0, partition: 0 }, { memoryBytes });
  parts.before?.(engine, records);
  let result = 0;
  return {
    work: () => {
      result = parts.work(engine, records);
    },
    result: () => {
      engine.close();
      directory.close();
      lent.remove();
      return result;
    },
  };
};

const contenders = (before: Work | null, work: Work): Contender[] =>
  Object.entries(stateEngines).map(([name, lend]) => ({
    name,
    prepare: (records) => prepare(lend(), records, { before, work }),
  }));

/** Batches of a thousand rows in no order. */
export const enginePut: Benchmark = {
  question: 'engine put: how long does a row of 100 bytes take, in batches of 1,000?',
  records: 100_000,
  contenders: contenders(null, fill),
};

/** One row at a time, in no order. */
export const engineGet: Benchmark = {
  question: 'engine get: how long does a random row of 100 bytes take?',
  records: 100_000,
  contenders: contenders(fill, (engine, records) => {
    let found = 0;
    for (let row = 0; row < records; row++) found += engine.get(keyOf((row * stride) % records)) === null ? 0 : 1;
    return found;
  }),
};

const rangeRows = 5;

/** Five rows behind a random key. */
export const engineRange: Benchmark = {
  question: 'engine range: how long does a row take in ranges of five?',
  records: 100_000,
  contenders: contenders(fill, (engine, records) => {
    let found = 0;
    for (let row = 0; row < records; row += rangeRows) {
      const from = (row * stride) % Math.max(1, records - rangeRows);
      for (const each of engine.range(keyOf(from), keyOf(from + rangeRows), false))
        found += each.value.length > 0 ? 1 : 0;
    }
    return found;
  }),
};
