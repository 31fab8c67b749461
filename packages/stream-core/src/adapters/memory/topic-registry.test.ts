import { describe, expect, test } from 'vitest';

import { ManualClock } from '../../testing/manual-clock.ts';
import { topicConfigDefaults } from './log/topic-config.ts';
import { MemoryBroker } from './memory-broker.ts';

const open = (topicDefaults: Record<string, string> = {}, autoCreateTopics = false) =>
  new MemoryBroker({ clock: new ManualClock(), topicDefaults, autoCreateTopics, defaultPartitions: 2 });

const refusal = (error: string) => expect.objectContaining({ name: 'StreamsError', error });

describe('settings', () => {
  test('are those of the topic over those of the broker over those of Kafka', () => {
    const broker = open({ 'retention.ms': '1', 'segment.bytes': '2' });
    broker.createTopic('t', { configs: { 'retention.ms': '3' } });
    expect(broker.cluster.topics.get('t').config.entries).toEqual({
      ...topicConfigDefaults,
      'retention.ms': '3',
      'segment.bytes': '2',
    });
  });

  test.each([
    ['no.such.setting', '1'],
    ['cleanup.policy', 'burn'],
    ['cleanup.policy', 'delete,burn'],
    ['retention.ms', 'soon'],
    ['segment.bytes', ''],
    ['message.timestamp.type', 'Sometime'],
  ])('%s = %s is refused', (name, value) => {
    expect(() => open().createTopic('t', { configs: { [name]: value } })).toThrow(refusal('INVALID_CONFIG'));
    expect(() => open({ [name]: value })).toThrow(refusal('INVALID_CONFIG'));
  });

  test('can be altered, and work at once', () => {
    const broker = open();
    broker.createTopic('t', { configs: { 'retention.bytes': '7' } });
    const { topics } = broker.cluster;
    topics.alterConfigs('t', { 'max.message.bytes': '10' });
    expect(topics.get('t').config.entries).toMatchObject({ 'retention.bytes': '7', 'max.message.bytes': '10' });
    expect(() => broker.produce('t', [{ key: null, value: Buffer.from('x') }])).toThrow(refusal('MESSAGE_TOO_LARGE'));
    expect(() => topics.alterConfigs('t', { 'max.message.bytes': 'x' })).toThrow(refusal('INVALID_CONFIG'));
    expect(topics.get('t').config.entries).toMatchObject({ 'max.message.bytes': '10' });
  });

  test('may name both policies', () => {
    const broker = open();
    broker.createTopic('t', { configs: { 'cleanup.policy': 'compact, delete' } });
    expect(broker.cluster.topics.get('t').config).toMatchObject({ compacts: true, deletes: true });
  });
});

describe('topics', () => {
  test.each(['', '.', '..', 'a b', 'a/b', 'ä', 'x'.repeat(250)])("cannot be called '%s'", (name) => {
    expect(() => open().createTopic(name)).toThrow(refusal('INVALID_TOPIC_EXCEPTION'));
  });

  test('have the default number of partitions, at least one, and more later', () => {
    const broker = open();
    broker.createTopic('t');
    expect(broker.endOffsets('t')).toEqual([0, 0]);
    expect(() => broker.createTopic('u', { partitions: 0 })).toThrow(refusal('INVALID_PARTITIONS'));
    const { topics } = broker.cluster;
    topics.createPartitions('t', 4);
    expect(broker.endOffsets('t')).toEqual([0, 0, 0, 0]);
    expect(() => topics.createPartitions('t', 4)).toThrow(refusal('INVALID_PARTITIONS'));
    expect(() => topics.createPartitions('none', 4)).toThrow(refusal('UNKNOWN_TOPIC_OR_PARTITION'));
  });

  test('come by themselves only where the broker was told so', () => {
    const record = { key: null, value: Buffer.from('x') };
    expect(() => open().produce('t', [record])).toThrow(refusal('UNKNOWN_TOPIC_OR_PARTITION'));
    const broker = open({}, true);
    broker.produce('t', [record]);
    expect(broker.endOffsets('t')).toEqual([1, 0]);
  });

  test('are new after they were deleted', () => {
    const broker = open();
    broker.createTopic('t');
    broker.produce('t', [{ key: null, value: null }]);
    broker.cluster.topics.delete('t');
    expect(() => broker.records('t')).toThrow(refusal('UNKNOWN_TOPIC_OR_PARTITION'));
    broker.createTopic('t');
    expect(broker.records('t')).toEqual([]);
  });
});

test('the shortcuts of the broker write and read plain records', () => {
  const broker = open();
  broker.createTopic('t', { partitions: 3 });
  const [a, b] = ['a', 'b'].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  const headers = [{ key: 'h', value: null }];
  const placed = broker.produce('t', [
    { key: a, value: b, timestamp: 5, headers },
    { key: null, value: b },
    { key: null, value: b },
    { key: a, value: null, partition: 2 },
    { key: a, value: a },
  ]);
  // Java's murmur2 puts 'a' into partition 1 of 3; records without a key take turns.
  expect(placed.map(({ partition }) => partition)).toEqual([1, 0, 1, 2, 1]);
  expect(placed.map(({ offset }) => offset)).toEqual([0, 0, 1, 0, 2]);
  const records = broker.records('t');
  expect(records[1]).toEqual({ topic: 't', partition: 1, offset: 0, timestamp: 5, key: a, value: b, headers });
  expect(records.map(({ partition, offset }) => [partition, offset])).toEqual([
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 2],
    [2, 0],
  ]);
  expect(records.at(-1)?.value).toBeNull();
  expect(broker.endOffsets('t')).toEqual([1, 3, 1]);
});
