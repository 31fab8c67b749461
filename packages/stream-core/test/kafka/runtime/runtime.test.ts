import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AutoOffsetReset } from '../../../src/common/auto-offset-reset.ts';
import { sleep, systemClock } from '../../../src/common/clock.ts';
import type { KafkaStreamsOptions } from '../../../src/kafka-streams.ts';
import { StreamsBuilder } from '../../../src/kstream/streams-builder.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { describeWith } from '../../servers/describe-with.ts';
import { sharedKafka } from '../../servers/shared-servers.ts';
import { RuntimeWorld, text } from './runtime-world.ts';

const hourMs = 3_600_000;

describeWith(['kafka', 'java clients'], 'an application on a real broker', () => {
  let address: string;
  let world: RuntimeWorld;
  beforeAll(async () => {
    ({ address } = await sharedKafka());
  }, 300_000);
  afterEach(async () => {
    await world.close();
  });

  /** A world with topics of so many partitions, one of them for the output. */
  const begin = async (partitions: number, ...inputs: readonly string[]): Promise<void> => {
    world = new RuntimeWorld(address);
    await world.create(partitions, ...inputs, 'out');
  };

  const numbered = (count: number, prefix = 'v'): { value: string }[] =>
    Array.from({ length: count }, (_, index) => ({ value: `${prefix}${index}` }));

  const copying = (input: string, offsetReset?: AutoOffsetReset): Topology => {
    const builder = new StreamsBuilder();
    const reset = offsetReset === undefined ? {} : { offsetReset };
    builder.stream(world.topic(input), { ...text, ...reset }).to(world.topic('out'));
    return builder.build();
  };

  test('goes on with its tasks while the stores of another one are restored', async () => {
    await begin(2, 'in');
    const builder = new StreamsBuilder();
    builder
      .stream(world.topic('in'), text)
      .groupByKey()
      .count({ materialized: { name: 'counts' } })
      .toStream((key, count) => `${key}=${count}`)
      .mapValues((_count, key) => key)
      .to(world.topic('out'), text);
    /** An instance, and the partitions of the changelog that it has restored. */
    const instance = () => {
      const restored: number[] = [];
      const streams = world.application({
        topology: builder.build(),
        processingGuarantee: 'exactly_once_v2',
        restoreListener: ({ changelog, isComplete, startOffset, offset }) => {
          if (isComplete && offset > startOffset) restored.push(changelog.partition);
        },
      });
      return { streams, restored };
    };
    const upTo = (key: number, last: number): string[] =>
      Array.from({ length: last }, (_, index) => `k${key}=${index + 1}`);
    const stays = instance();
    await stays.streams.start();
    for (const partition of [0, 1]) await world.write('in', partition, numbered(3));
    for (const partition of [0, 1]) await world.commits('in', partition, 3);
    const leaves = instance();
    await leaves.streams.start();
    await expect.poll(() => leaves.restored.length, { timeout: 60_000 }).toBe(1);
    const [moved = -1] = leaves.restored;
    // What is behind the record of an open transaction cannot be read, so that the restore cannot end.
    const foreign = await world.writeOpen('counts-changelog', moved);
    await leaves.streams.close();
    await expect.poll(() => stays.streams.state, { timeout: 60_000 }).toBe('REBALANCING');
    for (const partition of [0, 1]) await world.write('in', partition, numbered(2));
    await world.commits('in', 1 - moved, 5);
    await world.holds('out', [...upTo(moved, 3), ...upTo(1 - moved, 5)]);
    expect([stays.streams.state, stays.restored]).toEqual(['REBALANCING', []]);
    await foreign.abort();
    await world.commits('in', moved, 5);
    expect(stays.restored).toEqual([moved]);
    await world.holds('out', [...upTo(0, 5), ...upTo(1, 5)]);
  }, 120_000);

  test('deletes from repartition topics what is committed, and nothing before that', async () => {
    await begin(1, 'in');
    const builder = new StreamsBuilder();
    builder.stream(world.topic('in'), text).repartition({ name: 'again' }).to(world.topic('out'));
    const options = { topology: builder.build(), repartitionPurgeInterval: 20 };
    const uncommitted = world.application({ ...options, commitInterval: '1h' });
    await uncommitted.start();
    await world.write('in', 0, numbered(5));
    await world.reaches('out', 5);
    // Many times the interval, and reading took longer still.
    await sleep(systemClock, 1_000);
    expect([await world.start('again-repartition'), await world.committed('again-repartition')]).toEqual([0, null]);
    // Closing commits.
    await uncommitted.close();
    expect(await world.committed('again-repartition')).toBe(5);
    expect(await world.start('again-repartition')).toBe(0);
    await world.application(options).start();
    await world.write('in', 0, numbered(2));
    await expect.poll(() => world.start('again-repartition'), { timeout: 60_000 }).toBe(7);
    expect(await world.committed('again-repartition')).toBe(7);
    expect(await world.end('again-repartition')).toBe(7);
    await world.reaches('out', 7);
  }, 120_000);

  test('keeps its place while it is paused, and goes on where it was', async () => {
    await begin(2, 'in');
    const session = { sessionTimeout: 6_000, heartbeatInterval: 1_000 };
    const states: string[] = [];
    const options = { topology: copying('in'), ...session };
    const streams = world.application({ ...options, stateListener: (state) => states.push(state) });
    await streams.start();
    await world.write('in', 0, numbered(3));
    await world.reaches('out', 3);
    streams.pause();
    await world.write('in', 0, numbered(3));
    await world.write('in', 1, numbered(3));
    // Longer than the session, the shortest that brokers take unless they are told otherwise.
    await sleep(systemClock, 7_000);
    await world.reaches('out', 3);
    expect([await world.committed('in', 0), streams.state]).toEqual([3, 'RUNNING']);
    streams.resume();
    await world.reaches('out', 9);
    expect(states).toEqual(['REBALANCING', 'RUNNING']);
  }, 120_000);

  test('does not let a partition starve that lags behind one far ahead, however little is buffered', async () => {
    await begin(1, 'ahead', 'behind');
    const now = systemClock.now();
    const batches = 40;
    for (let batch = 0; batch < batches; batch++) {
      const records = Array.from({ length: 50 }, (_, index) => ({ value: `ahead-${batch}-${index}`, timestamp: now }));
      await world.write('ahead', 0, records);
    }
    for (let index = 0; index < 60; index++) {
      await world.write('behind', 0, [{ value: `behind-${index}`, timestamp: now - hourMs + index }]);
    }
    const builder = new StreamsBuilder();
    const ahead = builder.stream(world.topic('ahead'), text);
    ahead.merge(builder.stream(world.topic('behind'), text)).to(world.topic('out'));
    // Every partition may hold one batch and no more.
    const budget = { inputBufferMaxBytes: 1, maxTaskIdleMs: 0 };
    await world.application({ topology: builder.build(), ...budget }).start();
    await world.reaches('out', batches * 50 + 60);
    const values = await world.values('out');
    expect(values.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, index) => `behind-${index}`));
    expect(new Set(values.slice(60)).size).toBe(batches * 50);
    // And the other way round: the one far ahead goes on while nothing is known to come on the other.
    await world.write('ahead', 0, [{ value: 'last', timestamp: now }]);
    await world.reaches('out', batches * 50 + 61);
  }, 120_000);

  describe('without a committed offset', () => {
    const old = ['old-0', 'old-1', 'old-2'];
    const recent = ['recent-0', 'recent-1'];

    const prepare = async (): Promise<void> => {
      await begin(1, 'in');
      const now = systemClock.now();
      await world.write(
        'in',
        0,
        old.map((value) => ({ value, timestamp: now - 3 * hourMs })),
      );
      await world.write(
        'in',
        0,
        recent.map((value) => ({ value, timestamp: now - 60_000 })),
      );
    };

    const resets: [AutoOffsetReset, readonly string[]][] = [
      ['earliest', [...old, ...recent]],
      ['by_duration:2h', recent],
      ['latest', []],
    ];
    test.each(resets)(
      'begins where its reset says: %s',
      async (reset, expected) => {
        await prepare();
        // What the source says goes over what the configuration says.
        const options: Partial<KafkaStreamsOptions> = { autoOffsetReset: 'none' };
        await world.application({ topology: copying('in', reset), ...options }).start();
        await world.write('in', 0, [{ value: 'new' }]);
        await world.reaches('out', expected.length + 1);
        expect(await world.values('out')).toEqual([...expected, 'new']);
      },
      120_000,
    );

    test('ends with an error that says so: none', async () => {
      await prepare();
      const streams = world.application({ topology: copying('in'), autoOffsetReset: 'none' });
      await expect(streams.start()).rejects.toMatchObject({
        code: 'OFFSET_OUT_OF_RANGE',
        context: { topic: world.topic('in'), partition: 0 },
      });
      expect(streams.state).toBe('ERROR');
    }, 120_000);
  });

  test('whose next records were deleted goes on where its reset says, or ends', async () => {
    await begin(1, 'in');
    await world.write('in', 0, numbered(2));
    const first = world.application({ topology: copying('in') });
    await first.start();
    await world.reaches('out', 2);
    await first.close();
    expect(await world.committed('in')).toBe(2);
    await world.write('in', 0, numbered(3, 'gone'));
    await world.write('in', 0, numbered(2, 'kept'));
    const partition = { topic: world.topic('in'), partition: 0 };
    await world.client.admin.deleteRecords([{ partition, beforeOffset: 5 }]);
    const none = world.application({ topology: copying('in'), autoOffsetReset: 'none' });
    none.start().catch(() => undefined);
    await none.ended();
    expect(none.error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    await world.application({ topology: copying('in') }).start();
    await world.reaches('out', 4);
    expect((await world.values('out')).slice(2)).toEqual(['kept0', 'kept1']);
  }, 120_000);
});
