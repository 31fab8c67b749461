import type { ProcessingGuarantee } from '@millrace/stream-core';
import { joinWindows, StreamsBuilder, serdes, timeWindows } from '@millrace/stream-core';
import type { Benchmark, Contender } from '../benchmark.ts';
import type { EngineRun, InputRecord } from '../engine-run.ts';
import { engineRun } from '../engine-run.ts';

const text = { key: serdes.string(), value: serdes.string() };
const startMs = 1_700_000_000_000;
const guarantees: readonly ProcessingGuarantee[] = ['at_least_once', 'exactly_once_v2'];

/** 120 bytes each, 50 a millisecond, over `keys` keys. */
const input = (records: number, keys: number): readonly InputRecord[] =>
  Array.from({ length: records }, (_, index) => ({
    key: Buffer.from(`key-${index % keys}`),
    value: Buffer.from(`value-${index}-`.padEnd(110, 'x')),
    timestamp: startMs + Math.floor(index / 50),
  }));

const contenders = (make: (records: number) => Omit<EngineRun, 'guarantee'>): Contender[] =>
  guarantees.map((guarantee) => ({
    name: guarantee,
    prepare: (records) => engineRun({ ...make(records), guarantee }),
  }));

/** Stateless: drop a tenth of the keys, upper-case the value. */
export const filterAndMap: Benchmark = {
  question: 'filter and map: how long does a record take through the engine?',
  records: 100_000,
  contenders: contenders((records) => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .filter((key) => !key.endsWith('7'))
      .mapValues((value) => value.toUpperCase())
      .to('out', text);
    return { topology: builder.build(), inputs: { in: input(records, 10_000) }, outputTopic: 'out' };
  }),
};

/** One count a key and 5-second window, each update written. */
export const windowedCount: Benchmark = {
  question: 'windowed count: how long does a record take through the engine?',
  records: 100_000,
  contenders: contenders((records) => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', text)
      .groupByKey()
      .windowedBy(timeWindows({ size: '5s', grace: '1s' }))
      .count()
      .toStream()
      .to('out');
    return { topology: builder.build(), inputs: { in: input(records, 1_000) }, outputTopic: 'out' };
  }),
};

/** Each left record meets one right record. */
export const streamStreamJoin: Benchmark = {
  question: 'stream-stream join: how long does a record take through the engine?',
  records: 50_000,
  contenders: contenders((records) => {
    const builder = new StreamsBuilder();
    const windows = joinWindows({ timeDifference: '5s' });
    builder
      .stream('left', text)
      .join(builder.stream('right', text), (left, right) => left.length + right.length, windows, { ...text })
      .to('out', { value: serdes.long() });
    const half = Math.ceil(records / 2);
    const inputs = { left: input(half, half), right: input(half, half) };
    return { topology: builder.build(), inputs, outputTopic: 'out' };
  }),
};
