import { expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TestOutputTopic } from './test-output-topic.ts';

const record = (key: string | null, value: string | null, timestamp = 0) => ({
  topic: 'out',
  partition: 0,
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  timestamp,
  headers: [],
});
const outputTopic = (...records: ReturnType<typeof record>[]) =>
  new TestOutputTopic('out', { key: serdes.string(), value: serdes.string() }, records);

test('records are taken one by one, decoded, until there is none', () => {
  const output = outputTopic(record('a', 'x', 5), record(null, null, 6));
  expect(output.isEmpty).toBe(false);
  expect(output.readRecord()).toEqual({ key: 'a', value: 'x', timestamp: 5, headers: [] });
  expect(output.readRecord()).toEqual({ key: null, value: null, timestamp: 6, headers: [] });
  expect(output.isEmpty).toBe(true);
  expect(output.readRecord()).toBeNull();
});

test('all records are taken at once', () => {
  const output = outputTopic(record('a', 'x'), record('b', 'y'));
  expect(output.readRecords().map(({ key }) => key)).toEqual(['a', 'b']);
  expect(output.readRecords()).toEqual([]);
});

test('as pairs, or as the last value of every key, deletions too', () => {
  const records = [record('a', 'x'), record('b', 'y'), record('a', null)];
  expect(outputTopic(...records).readPairs()).toEqual([
    ['a', 'x'],
    ['b', 'y'],
    ['a', null],
  ]);
  const output = outputTopic(...records);
  expect(output.readMap()).toEqual(
    new Map([
      ['a', null],
      ['b', 'y'],
    ]),
  );
  expect(output.isEmpty).toBe(true);
});

test('what is added to the queue later is read later', () => {
  const queue = [record('a', 'x')];
  const output = new TestOutputTopic('out', { key: serdes.string(), value: serdes.string() }, queue);
  output.readRecords();
  queue.push(record('b', 'y'));
  expect(output.readPairs()).toEqual([['b', 'y']]);
});
