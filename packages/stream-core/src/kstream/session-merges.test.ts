import fc from 'fast-check';
import { expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { StreamsBuilder } from './streams-builder.ts';
import { sessionWindows } from './windows/session-windows.ts';

const text = { key: serdes.string(), value: serdes.string() };
const windowed = { key: serdes.sessionWindowed(serdes.string()), value: serdes.long() };

/** The sessions that are left when records of these times came in this order, as `start-end: count`. */
const sessionsOf = (times: readonly number[], gap: number): readonly string[] => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupByKey()
    .windowedBy(sessionWindows({ inactivityGap: gap, grace: 1_000 }))
    .count({ materialized: { persistent: false } })
    .toStream()
    .to('out', windowed);
  const driver = new TopologyTestDriver(builder.build(), { statestoreCacheMaxBytes: 0 });
  const input = driver.createInputTopic('in', text);
  for (const timestamp of times) input.pipeInput('k', 'v', { timestamp });
  const sessions = new Map<string, number>();
  for (const { key, value } of driver.createOutputTopic('out', windowed).readRecords()) {
    const name = `${key?.window.start}-${key?.window.end}`;
    if (value === null) sessions.delete(name);
    else sessions.set(name, value);
  }
  driver.close();
  return [...sessions].map(([name, count]) => `${name}: ${count}`).sort();
};

/** Times that are no further apart than the gap belong together. */
const expectedSessions = (times: readonly number[], gap: number): readonly string[] => {
  const sessions: { start: number; end: number; count: number }[] = [];
  for (const time of times.toSorted((left, right) => left - right)) {
    const last = sessions.at(-1);
    if (last === undefined || time - last.end > gap) sessions.push({ start: time, end: time, count: 1 });
    else {
      last.end = time;
      last.count++;
    }
  }
  return sessions.map(({ start, end, count }) => `${start}-${end}: ${count}`).sort();
};

test('sessions are the same in whatever order their records come, and every merge takes back what it replaces', () => {
  const times = fc.array(fc.nat(120), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 20 }), (records, gap) => {
      expect(sessionsOf(records, gap)).toEqual(expectedSessions(records, gap));
    }),
    { numRuns: 60 },
  );
});
