import { expect, test } from 'vitest';

import type { Windowed } from '../src/common/window.ts';
import type { KStream } from '../src/kstream/api.ts';
import { StreamsBuilder } from '../src/kstream/streams-builder.ts';
import { sessionWindows } from '../src/kstream/windows/session-windows.ts';
import { timeWindows } from '../src/kstream/windows/windows.ts';
import { serdes } from '../src/serdes/serdes.ts';
import { driveEdges } from './edge-driver.ts';
import type { RecordedRun } from './recorded-edges.ts';
import { recordedEdges } from './recorded-edges.ts';

// What is read back of topics with windowed keys, as a stream and as a table, against recorded answers of Kafka Streams.

interface WindowedCase extends RecordedRun {
  readonly case: string;
}

const text = { key: serdes.string(), value: serdes.string() };
const long = serdes.long();
const time = { key: serdes.timeWindowed(serdes.string(), 10), value: long };
const session = { key: serdes.sessionWindowed(serdes.string()), value: long };

/** Counts by time, and writes the counts where they are read again. */
const byTime = (): StreamsBuilder => {
  const builder = new StreamsBuilder();
  const windowed = builder
    .stream('a', text)
    .groupByKey()
    .windowedBy(timeWindows({ size: 10 }));
  windowed.count().toStream().to('windowed', time);
  return builder;
};

const bySession = (): StreamsBuilder => {
  const builder = new StreamsBuilder();
  const windowed = builder
    .stream('a', text)
    .groupByKey()
    .windowedBy(sessionWindows({ inactivityGap: 10 }));
  windowed.count().toStream().to('windowed', session);
  return builder;
};

const out = (stream: KStream<Windowed<string>, number>): void =>
  stream.map(({ key, window }, count) => [`${key}@${window.start}-${window.end}`, String(count)]).to('out', text);

const cases: Readonly<Record<string, () => StreamsBuilder>> = {
  timeStream: () => {
    const builder = byTime();
    out(builder.stream('windowed', time));
    return builder;
  },
  timeTable: () => {
    const builder = byTime();
    out(builder.table('windowed', time).toStream());
    return builder;
  },
  sessionStream: () => {
    const builder = bySession();
    out(builder.stream('windowed', session));
    return builder;
  },
  sessionTable: () => {
    const builder = bySession();
    out(builder.table('windowed', session).toStream());
    return builder;
  },
  timeTableSum: () => {
    const builder = byTime();
    builder
      .table('windowed', time)
      .groupBy(({ key }, count) => [key, count], { key: text.key, value: long })
      .reduce(
        (sum, count) => sum + count,
        (sum, count) => sum - count,
      )
      .toStream()
      .mapValues((sum) => String(sum))
      .to('out', text);
    return builder;
  },
};

const recorded = recordedEdges<WindowedCase>('windowed');

test.each(recorded.map((line) => [line.case, line] as const))('%s', (name, { inputs, outputs }) => {
  const topology = cases[name]?.().build();
  if (topology === undefined) throw new Error(`there is no case ${name}`);
  const answer = driveEdges(topology, {}, { inputs, topics: ['windowed', 'out'] });
  expect(answer.error).toBeNull();
  expect(answer.outputs).toEqual(outputs);
});

test('every case was recorded', () => {
  expect(recorded.map((line) => line.case).sort()).toEqual(Object.keys(cases).sort());
  expect(recorded.every(({ outputs, error }) => outputs.length > 10 && error === null)).toBe(true);
});
