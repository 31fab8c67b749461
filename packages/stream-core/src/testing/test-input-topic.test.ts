import { describe, expect, test } from 'vitest';

import type { Duration } from '../common/duration.ts';
import { serdes } from '../serdes/serdes.ts';
import type { RawInput, TestInputTopicOptions } from './test-input-topic.ts';
import { TestInputTopic } from './test-input-topic.ts';

/** An input topic of a driver whose clock stands at 100, and what it pipes. */
const inputTopic = (options: Partial<TestInputTopicOptions<string, number>> = {}) => {
  const piped: RawInput[] = [];
  const driver = { nowMs: 100, pipe: (input: RawInput) => void piped.push(input) };
  const topic = new TestInputTopic('in', { key: serdes.string(), value: serdes.long(), ...options }, driver);
  return { topic, piped, timestamps: () => piped.map(({ timestamp }) => timestamp) };
};

test('a record is piped in bytes, with its headers; null stays null', () => {
  const { topic, piped } = inputTopic();
  const headers = [{ key: 'h', value: null }];
  topic.pipeInput('a', 1, { headers });
  topic.pipeInput(null, null);
  expect(piped).toEqual([
    { topic: 'in', key: Buffer.from('a'), value: Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), timestamp: 100, headers },
    { topic: 'in', key: null, value: null, timestamp: 100, headers: [] },
  ]);
});

test('the serdes are told the topic and the headers', () => {
  const seen: unknown[] = [];
  const headers = [{ key: 'h', value: null }];
  const key = { ...serdes.string(), serialize: (...args: readonly unknown[]) => Buffer.from(String(seen.push(args))) };
  inputTopic({ key }).topic.pipeInput('a', 1, { headers });
  expect(seen).toEqual([['a', 'in', headers]]);
});

describe('timestamps', () => {
  test('are all where the clock of the driver stood, unless it is said otherwise', () => {
    const { topic, timestamps } = inputTopic();
    topic.pipeInput('a', 1);
    topic.pipeInput('a', 1);
    expect(timestamps()).toEqual([100, 100]);
  });

  test('begin and advance as the options say; a record that names its own moves nothing', () => {
    const { topic, timestamps } = inputTopic({ startTimestampMs: 7, autoAdvance: '10ms' });
    topic.pipeInput('a', 1);
    topic.pipeInput('a', 1, { timestamp: 0 });
    topic.pipeInput('a', 1);
    expect(timestamps()).toEqual([7, 0, 17]);
  });

  test('advance by a duration', () => {
    expect(() => inputTopic({ autoAdvance: 'fast' as Duration })).toThrow(/^auto advance: fast is not a duration/);
  });
});
