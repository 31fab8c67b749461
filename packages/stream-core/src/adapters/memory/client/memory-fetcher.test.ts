import { describe, expect, test } from 'vitest';
import { batchOf, openFaultyBroker, partition } from '../../../../test/memory/faulty-broker.ts';

import { seededChance } from '../../../common/chance.ts';
import { yieldToEventLoop } from '../../../common/clock.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { MemoryBroker } from '../memory-broker.ts';

describe('a reader under faults', () => {
  test('waits through a broker that does not answer, without spinning', async () => {
    const { clock, broker, client, faults } = openFaultyBroker();
    broker.produce('t', [{ key: null, value: Buffer.from('x'), partition: 0 }]);
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1_000 });
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    faults.fail('before', 'fetch', ...Array.from({ length: 10_000 }, () => 'BROKER_UNAVAILABLE' as const));
    expect(await clock.settle(fetcher.poll(5_000))).toEqual([]);
    expect(clock.now()).toBe(1_005_000);
    expect(faults.count('fetch')).toBeLessThan(40);
    faults.fail('before', 'fetch');
    expect(await fetcher.poll(0)).toHaveLength(1);
  });

  test('drops what it read of a partition that was sought elsewhere meanwhile', async () => {
    const clock = new ManualClock();
    let release = (): void => undefined;
    const faults = { afterRequest: () => new Promise<void>((resolve) => (release = resolve)) };
    const broker = new MemoryBroker({ clock, faults });
    broker.createTopic('t', { partitions: 3 });
    for (let index = 0; index < 9; index++) broker.produce('t', [{ key: null, value: null, partition: index % 3 }]);
    const client = broker.connect({ clientId: 'client', clock, chance: seededChance(1) });
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1_000 });
    const [sought, paused, read] = [0, 1, 2].map((number) => ({ topic: 't', partition: number })) as [
      TopicPartition,
      TopicPartition,
      TopicPartition,
    ];
    fetcher.assign([sought, paused, read]);
    for (const each of [sought, paused, read]) fetcher.seek(each, 0);
    const polled = fetcher.poll(0);
    await yieldToEventLoop();
    fetcher.seek(sought, 2);
    fetcher.pause([paused]);
    release();
    expect((await polled).map(({ topicPartition }) => topicPartition)).toEqual([read]);
    expect([sought, paused, read].map((each) => fetcher.position(each))).toEqual([2, 0, 3]);
  });

  test('does not poll in vain: an idle reader sends one request', async () => {
    const { clock, client, faults } = openFaultyBroker();
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1_000 });
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    await clock.settle(fetcher.poll(3_000_000));
    expect(faults.count('fetch')).toBe(1);
    // Longer than timers can wait at once.
    const forever = fetcher.poll(Number.POSITIVE_INFINITY);
    await clock.advance(2 ** 33);
    expect(faults.count('fetch')).toBeLessThan(10);
    fetcher.wakeup();
    expect(await forever).toEqual([]);
  });

  test('sees no data of an open transaction come in', async () => {
    const { clock, client, faults } = openFaultyBroker();
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 900_000 });
    await producer.init();
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1_000 });
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    producer.begin();
    const polled = fetcher.poll(1_000);
    for (let index = 0; index < 10; index++) await producer.send(partition, batchOf('open'));
    await clock.settle(polled);
    expect(faults.count('fetch')).toBe(1);
  });

  test('meets a topic that is not there', async () => {
    const { client, broker } = openFaultyBroker();
    const fetcher = client.fetcher({ isolationLevel: 'read_committed', maxPartitionBytes: 1_000 });
    fetcher.assign([partition]);
    fetcher.seek(partition, 0);
    broker.cluster.topics.delete('t');
    await expect(fetcher.poll(0)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
  });
});
