import { describe, expect, test } from 'vitest';
import { batchOf, openFaultyBroker, partition } from '../../../../test/memory/faulty-broker.ts';

import { seededChance } from '../../../common/chance.ts';
import { ManualClock } from '../../../testing/manual-clock.ts';
import { MemoryBroker } from '../memory-broker.ts';

const valuesIn = (broker: MemoryBroker): string[] => broker.records('t').map(({ value }) => `${value}`);

describe('a producer under faults', () => {
  test('sends each batch once, in order, whatever gets lost', async () => {
    const { clock, broker, client, faults } = openFaultyBroker();
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 1_000 });
    await producer.init();
    faults.fail('before', 'produce', 'BROKER_UNAVAILABLE');
    faults.fail('after', 'produce', 'BROKER_UNAVAILABLE', 'BROKER_UNAVAILABLE');
    const sends = ['a', 'b', 'c'].map((value) => producer.send(partition, batchOf(value)));
    expect(await clock.settle(Promise.all(sends))).toEqual([0, 1, 2].map((baseOffset) => ({ baseOffset })));
    expect(valuesIn(broker)).toEqual(['a', 'b', 'c']);
  });

  test('commits once when the answer to the commit gets lost', async () => {
    const { clock, broker, client, faults } = openFaultyBroker();
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await producer.init();
    for (const value of ['a', 'b']) {
      producer.begin();
      await producer.send(partition, batchOf(value));
      faults.fail('after', 'endTxn', 'BROKER_UNAVAILABLE');
      await clock.settle(producer.commit());
    }
    expect(valuesIn(broker)).toEqual(['a', 'b']);
    expect(broker.endOffsets('t')).toEqual([4, 0]);
  });

  test('is of no further use when the outcome stays unknown', async () => {
    const { clock, client, faults, broker } = openFaultyBroker();
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await producer.init();
    producer.begin();
    await producer.send(partition, batchOf('a'));
    faults.fail('after', 'endTxn', ...Array.from({ length: 10_000 }, () => 'BROKER_UNAVAILABLE' as const));
    const unknown = { code: 'BROKER_UNAVAILABLE' };
    await expect(clock.settle(producer.commit())).rejects.toMatchObject(unknown);
    faults.fail('after', 'endTxn');
    await expect(producer.abort()).rejects.toMatchObject(unknown);
    await expect(producer.send(partition, batchOf('b'))).rejects.toMatchObject(unknown);
    expect(() => producer.begin()).toThrow(expect.objectContaining(unknown));
    // The commit had happened; whoever takes over can see that, and must not undo it.
    const successor = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await successor.init();
    expect(valuesIn(broker)).toEqual(['a']);
  });

  test('refuses to commit after a batch that nobody answered for', async () => {
    const { clock, client, faults, broker } = openFaultyBroker();
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 900_000 });
    await producer.init();
    producer.begin();
    faults.fail('before', 'produce', ...Array.from({ length: 10_000 }, () => 'BROKER_UNAVAILABLE' as const));
    const lost = producer.send(partition, batchOf('a'));
    const behind = producer.send(partition, batchOf('b'));
    void behind.catch(() => undefined);
    await expect(clock.settle(lost)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await expect(behind).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    faults.fail('before', 'produce');
    await expect(producer.commit()).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(valuesIn(broker)).toEqual([]);
  });

  test('waits for the markers of its last transaction', async () => {
    const clock = new ManualClock(1_000_000);
    const broker = new MemoryBroker({ clock, faults: { markerDelayMs: () => 75 } });
    broker.createTopic('t');
    const client = broker.connect({ clientId: 'client', clock, chance: seededChance(1) });
    const producer = client.producer({ transactionalId: 'txn', transactionTimeoutMs: 60_000 });
    await producer.init();
    for (const value of ['a', 'b', 'c']) {
      producer.begin();
      await clock.settle(producer.send(partition, batchOf(value)));
      await producer.commit();
    }
    expect(valuesIn(broker)).toEqual(['a', 'b']);
    await clock.advance(75);
    expect(valuesIn(broker)).toEqual(['a', 'b', 'c']);
  });

  test('gives up what was not sent when it is closed', async () => {
    const { clock, client, faults, broker } = openFaultyBroker();
    const producer = client.producer({ transactionalId: null, transactionTimeoutMs: 1_000 });
    await producer.init();
    faults.fail('before', 'produce', ...Array.from({ length: 10_000 }, () => 'BROKER_UNAVAILABLE' as const));
    const sends = ['a', 'b'].map((value) => producer.send(partition, batchOf(value)));
    const outcomes = Promise.allSettled(sends);
    await clock.settle(producer.close(), 1_000);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    faults.fail('before', 'produce');
    await clock.advance(200_000);
    expect(valuesIn(broker)).toEqual([]);
  });
});
