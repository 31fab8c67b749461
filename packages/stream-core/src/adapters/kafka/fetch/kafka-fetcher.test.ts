import { describe, expect, test } from 'vitest';
import { errorOf, openFetcher as open, textsOf } from '../../../../test/kafka/fetch/fetcher-harness.ts';
import { values } from '../../../../test/kafka/fetch/value-batch.ts';
import { yieldToEventLoop } from '../../../common/clock.ts';

describe('reading', () => {
  test('gives what is in the log, where the next fetch begins, and how far the end is', async () => {
    const { broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a', 'b'), values('c'));
    read(partition);
    expect(fetcher.lag(partition)).toBeNull();
    const fetched = await poll();
    expect(textsOf(fetched)).toEqual(['a', 'b', 'c']);
    expect(fetched).toMatchObject([{ topicPartition: partition, position: 0, nextPosition: 3, endOffset: 3 }]);
    expect(fetcher.position(partition)).toBe(3);
    expect(fetcher.lag(partition)).toBe(0);
  });

  test('begins inside a batch', async () => {
    const { broker, fetcher, poll } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a', 'b', 'c'));
    fetcher.assign([partition]);
    fetcher.seek(partition, 2);
    expect(textsOf(await poll())).toEqual(['c']);
  });

  test('waits for data, and knows that there is none', async () => {
    const { clock, broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    read(partition);
    expect(await poll(700)).toEqual([]);
    expect(fetcher.lag(partition)).toBe(0);
    const waiting = fetcher.poll(60_000);
    await clock.advance(10);
    broker.append(partition, values('late'));
    expect(textsOf(await waiting)).toEqual(['late']);
  });

  test('knows the lag again after a seek to the end, where a session has nothing to tell', async () => {
    const { broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a', 'b'));
    read(partition);
    await poll();
    await poll(600);
    fetcher.seek(partition, 2);
    expect(fetcher.lag(partition)).toBeNull();
    await poll(1_100);
    expect(fetcher.lag(partition)).toBe(0);
  });

  test('a batch larger than every limit is read all the same', async () => {
    const { broker, poll, read } = open({ maxPartitionBytes: 100, fetchMaxBytes: 100, maxBufferedBytes: 100 });
    const partition = broker.host('t', 0);
    broker.append(partition, values('x'.repeat(5_000)), values('y'.repeat(5_000)));
    read(partition);
    expect(textsOf(await poll())[0]).toHaveLength(5_000);
    expect(textsOf(await poll())[0]?.[0]).toBe('y');
  });

  test('one poll takes no more of a partition than it may, and at least one batch', async () => {
    const { broker, poll, read } = open({ maxPartitionBytes: 250 });
    const partition = broker.host('t', 0);
    for (let index = 0; index < 5; index++) broker.append(partition, values(String(index).repeat(30)));
    read(partition);
    expect(textsOf(await poll()).map((text) => text[0])).toEqual(['0', '1']);
    expect(textsOf(await poll()).map((text) => text[0])).toEqual(['2', '3']);
    expect(textsOf(await poll()).map((text) => text[0])).toEqual(['4']);
  });

  test('the next fetch is under way while the caller works on the last one', async () => {
    const { broker, poll, read } = open({ maxPartitionBytes: 120 });
    const partition = broker.host('t', 0);
    for (let index = 0; index < 9; index++) broker.append(partition, values(String(index).repeat(30)));
    read(partition);
    await poll();
    await yieldToEventLoop();
    expect(broker.fetches.at(-1)?.request.topics[0]?.partitions[0]?.fetchOffset).toBeGreaterThan(1);
  });

  test('steps over a transaction that was aborted, also when nothing else is there', async () => {
    const { broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    const batch = values('never');
    batch.stamp({ producerId: 4, producerEpoch: 0, baseSequence: 0 }, true);
    broker.append(partition, batch);
    broker.hosted(partition).log.appendMarker(4, 1, false);
    read(partition);
    expect(await poll()).toMatchObject([{ batches: [], position: 0, nextPosition: 2 }]);
    expect(fetcher.position(partition)).toBe(2);
  });
});

describe('many partitions', () => {
  test('one request a node asks for all of them', async () => {
    const { broker, poll, read } = open();
    const partitions = Array.from({ length: 6 }, (_, index) => broker.host('t', index, 1 + (index % 2)));
    for (const partition of partitions) broker.append(partition, values(`p${partition.partition}`));
    read(...partitions);
    const texts: string[] = [];
    while (texts.length < 6) texts.push(...textsOf(await poll()));
    expect(texts.toSorted()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5']);
    expect(broker.fetches.slice(0, 2).map(({ node, request }) => [node, request.topics[0]?.partitions.length])).toEqual(
      [
        [1, 3],
        [2, 3],
      ],
    );
    expect(broker.mostInFlight).toBe(2);
  });

  test('a partition that is far ahead and not taken does not starve the others, with a budget of nothing', async () => {
    const { broker, fetcher, poll, read } = open({ maxBufferedBytes: 1 });
    const [full, slow] = [broker.host('t', 0), broker.host('t', 1)] as const;
    for (let index = 0; index < 200; index++) broker.append(full, values('f'.repeat(500)));
    read(full, slow);
    expect((await poll()).length).toBeGreaterThan(0);
    await poll(30);
    fetcher.pause([full]);
    for (let index = 0; index < 5; index++) {
      broker.append(slow, values(`s${index}`));
      expect(textsOf(await poll())).toEqual([`s${index}`]);
    }
    fetcher.resume([full]);
    let count = 0;
    while ((fetcher.position(full) ?? 0) < 200) count += textsOf(await poll()).length;
    expect(count).toBeGreaterThan(190);
  });

  test('what was paused is neither lost nor given twice', async () => {
    const { clock, broker, fetcher, poll, read } = open();
    const [left, right] = [broker.host('t', 0), broker.host('t', 1)] as const;
    read(left, right);
    const waiting = fetcher.poll(60);
    broker.append(left, values('l0'), values('l1'));
    fetcher.pause([left]);
    expect(await clock.settle(waiting)).toEqual([]);
    broker.append(right, values('r0'));
    const seen = textsOf(await poll(2_000));
    expect(seen).toEqual(['r0']);
    expect(fetcher.position(left)).toBe(0);
    fetcher.resume([left]);
    expect(textsOf(await poll())).toEqual(['l0', 'l1']);
  });

  test('a partition that was left out is fetched soon, though the broker could hold the request for long', async () => {
    const { clock, broker, fetcher, poll, read } = open({ fetchMaxWaitMs: 10_000 });
    const [busy, idle] = [broker.host('t', 0), broker.host('t', 1)] as const;
    read(busy, idle);
    broker.append(busy, values('b0'));
    await poll();
    fetcher.pause([busy]);
    broker.append(busy, values('b1'));
    await poll(50);
    fetcher.resume([busy]);
    const before = clock.now();
    expect(textsOf(await poll())).toEqual(['b1']);
    expect(clock.now() - before).toBeLessThan(200);
  });
});

describe('sessions', () => {
  test('name only what changed, and forget what is not read any more', async () => {
    const { broker, fetcher, poll, read } = open();
    const [left, right] = [broker.host('t', 0), broker.host('u', 0)] as const;
    read(left, right);
    await poll(1_100);
    const [first, second] = broker.fetches.map(({ request }) => request);
    expect(first).toMatchObject({ sessionId: 0, sessionEpoch: 0 });
    expect(first?.topics).toHaveLength(2);
    expect(second).toMatchObject({ sessionId: 1, sessionEpoch: 1, topics: [], forgottenTopicsData: [] });
    fetcher.assign([left]);
    await poll(1_100);
    const third = broker.fetches.at(-2)?.request;
    expect(third?.forgottenTopicsData).toMatchObject([{ topic: 'u', partitions: [0] }]);
  });

  test.each([70, 71])('one that is refused with error %i is replaced, and nothing is lost', async (error) => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    expect(textsOf(await poll())).toEqual(['a']);
    broker.loseSessions();
    broker.sessionErrors.push(error);
    broker.append(partition, values('b'));
    expect(textsOf(await poll())).toEqual(['b']);
    const last = broker.fetches.filter(({ request }) => request.sessionEpoch === 0).at(-1);
    expect(last?.request).toMatchObject({ sessionId: 0, topics: [{ topic: 't' }] });
  });

  test('a broker without room for sessions gets full requests', async () => {
    const { broker, poll, read } = open();
    broker.refuseSessions();
    const partition = broker.host('t', 0);
    read(partition);
    for (let index = 0; index < 5; index++) {
      broker.append(partition, values(String(index)));
      expect(textsOf(await poll())).toEqual([String(index)]);
    }
    expect(broker.fetches.every(({ request }) => request.sessionEpoch === 0 && request.topics.length === 1)).toBe(true);
  });

  test('topics are named by name before version 13', async () => {
    const { broker, poll, read } = open();
    broker.version = 12;
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    expect(textsOf(await poll())).toEqual(['a']);
  });
});

describe('the life of a fetcher', () => {
  test('an answer that comes after a seek counts for nothing', async () => {
    const { broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'), values('b'));
    read(partition);
    expect(textsOf(await poll())).toEqual(['a', 'b']);
    // A request for offset 2 waits at the broker now, and is answered first.
    expect(await poll(100)).toEqual([]);
    expect(broker.inFlight).toBe(1);
    fetcher.seek(partition, 0);
    broker.append(partition, values('c'));
    const texts: string[] = [];
    while (texts.length < 3) texts.push(...textsOf(await poll()));
    expect(texts).toEqual(['a', 'b', 'c']);
  });

  test('a partition that goes and comes again has no position', async () => {
    const { broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    fetcher.assign([]);
    fetcher.assign([partition]);
    expect(fetcher.position(partition)).toBeNull();
    expect(await poll(600)).toEqual([]);
    expect(() => fetcher.seek({ topic: 'other', partition: 1 }, 0)).toThrow('other-1 is not assigned');
  });

  test('a wake-up ends the poll that waits, or else the next one', async () => {
    const { fetcher, broker, read } = open();
    read(broker.host('t', 0));
    fetcher.wakeup();
    expect(await fetcher.poll(60_000)).toEqual([]);
    const waiting = fetcher.poll(60_000);
    await yieldToEventLoop();
    fetcher.wakeup();
    expect(await waiting).toEqual([]);
  });

  test('closing ends a poll, and what comes later', async () => {
    let closed = 0;
    const { clock, fetcher, broker, read } = open({ onClose: () => void closed++ });
    read(broker.host('t', 0));
    const waiting = fetcher.poll(60_000);
    expect((await errorOf(fetcher.poll(0))).code).toBe('STATE_TRANSITION_INVALID');
    await yieldToEventLoop();
    await fetcher.close();
    await fetcher.close();
    expect(await waiting).toEqual([]);
    expect(closed).toBe(1);
    expect((await errorOf(fetcher.poll(0))).code).toBe('CLOSED');
    await clock.advance(5_000);
    expect(broker.fetches).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test('each fetcher has a lane of its own', () => {
    expect(open().fetcher.lane).not.toBe(open().fetcher.lane);
    expect(open({ lane: 'mine' }).fetcher.lane).toBe('mine');
  });
});
