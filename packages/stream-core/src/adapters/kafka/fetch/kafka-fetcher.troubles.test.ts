import { describe, expect, test } from 'vitest';
import { errorOf, openFetcher as open, textsOf } from '../../../../test/kafka/fetch/fetcher-harness.ts';
import { values } from '../../../../test/kafka/fetch/value-batch.ts';
import { yieldToEventLoop } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';

describe('leaders', () => {
  test('a new one is found, and reading goes on where it was', async () => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    expect(textsOf(await poll())).toEqual(['a']);
    broker.moveLeader(partition, 2);
    broker.append(partition, values('b'));
    expect(textsOf(await poll())).toEqual(['b']);
    expect(broker.fetches.at(-1)?.node).toBe(2);
  });

  test('one that the answer names is asked at once (KIP-951)', async () => {
    const { clock, broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    broker.moveLeader(partition, 3);
    broker.learnLeader(partition, { nodeId: 1, leaderEpoch: 0 });
    broker.hosted(partition).answers.push({ errorCode: 6, currentLeader: { leaderId: 3, leaderEpoch: 1 } });
    expect(textsOf(await poll())).toEqual(['a']);
    expect(clock.now()).toBe(1_000);
  });

  test.each([3, 5, 6, 9, 56, 74, 75, 78, 100, 103, -1])('error %i passes', async (errorCode) => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    broker.hosted(partition).answers.push({ errorCode }, { errorCode });
    expect(textsOf(await poll())).toEqual(['a']);
  });

  test('requests carry the epoch of the leader and of the last batch', async () => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.moveLeader(partition, 1);
    const batch = values('a');
    broker.append(partition, batch);
    read(partition);
    await poll();
    await yieldToEventLoop();
    const asked = broker.fetches.map(({ request }) => request.topics[0]?.partitions[0]);
    expect(asked[0]).toMatchObject({ currentLeaderEpoch: 1, lastFetchedEpoch: -1, fetchOffset: 0 });
    expect(asked[1]).toMatchObject({ currentLeaderEpoch: 1, lastFetchedEpoch: 0, fetchOffset: 1 });
  });

  test('a broker that is away is waited for, without spinning, and no position is lost', async () => {
    const { clock, broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    const away = new StreamsError('BROKER_UNAVAILABLE', 'away');
    broker.failures.push(...Array.from({ length: 30 }, () => away));
    expect(textsOf(await poll(60_000))).toEqual(['a']);
    expect(clock.now()).toBeGreaterThan(20_000);
  });
});

describe('positions that are not in the log', () => {
  test('one that only a stale leader does not have is read from the real one', async () => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    broker.hosted(partition).answers.push({ errorCode: 1 });
    expect(textsOf(await poll())).toEqual(['a']);
  });

  test('one that is really gone is an error with the range, poll after poll, until a seek', async () => {
    const { broker, fetcher, poll, read } = open();
    const [partition, other] = [broker.host('t', 0), broker.host('u', 0)] as const;
    broker.append(partition, values('a'), values('b'), values('c'));
    broker.hosted(partition).log.deleteRecords(2);
    read(partition, other);
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await errorOf(poll());
      expect(error.code).toBe('OFFSET_OUT_OF_RANGE');
      expect(error.context).toEqual({ topic: 't', partition: 0, offset: 0 });
      expect(error.message).toContain('the position is 0, and the log has the offsets from 2 to before 3');
    }
    expect(fetcher.position(partition)).toBe(0);
    fetcher.seek(partition, 2);
    expect(textsOf(await poll())).toEqual(['c']);
  });

  test('a log that was cut off behind the position is an error, not a jump', async () => {
    const { broker, fetcher, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'), values('b'));
    read(partition);
    await poll();
    await poll(600);
    const cut = { errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 1 }, highWatermark: 5 };
    broker.hosted(partition).answers.push(cut, cut);
    broker.wake();
    const error = await errorOf(poll());
    expect(error.code).toBe('OFFSET_OUT_OF_RANGE');
    expect(error.message).toContain('epoch 0 of the log ends at 1');
    expect(error.message).toContain('the position is 2');
    expect(fetcher.position(partition)).toBe(2);
  });

  test('a topic that was deleted and created again is not read on', async () => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    broker.append(partition, values('a'));
    read(partition);
    await poll();
    broker.deleteTopic('t');
    broker.host('t', 0);
    broker.append(partition, values('new 0'), values('new 1'));
    const error = await errorOf(poll());
    expect([error.code, error.context.topic]).toEqual(['OFFSET_OUT_OF_RANGE', 't']);
    expect(error.message).toContain('created again');
  });

  test('a topic that is missing is a typed error, and a group member waits it out', async () => {
    const missing = { topic: 'missing', partition: 0 };
    const strict = open();
    strict.read(missing);
    expect((await errorOf(strict.poll())).code).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    const patient = open({ ignoreMissing: true });
    const there = patient.broker.host('t', 0);
    patient.broker.append(there, values('a'));
    patient.read(missing, there);
    expect(textsOf(await patient.poll())).toEqual(['a']);
    expect(await patient.poll()).toEqual([]);
  });

  test('a topic that may not be read is a typed error', async () => {
    const { broker, poll, read } = open();
    const partition = broker.host('t', 0);
    read(partition);
    broker.hosted(partition).answers.push({ errorCode: 29 });
    const error = await errorOf(poll());
    expect([error.code, error.context.topic, error.context.partition]).toEqual(['AUTHORIZATION_FAILED', 't', 0]);
  });

  test('refused credentials reach the caller', async () => {
    const { broker, poll, read } = open();
    read(broker.host('t', 0));
    broker.failures.push(new StreamsError('AUTHENTICATION_FAILED', 'no'));
    expect((await errorOf(poll())).code).toBe('AUTHENTICATION_FAILED');
  });
});
