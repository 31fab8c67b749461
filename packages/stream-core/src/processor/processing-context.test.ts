import { describe, expect, test } from 'vitest';

import { broker, create, put, text, until } from '../../test/kafka-streams-harness.ts';
import type { Duration } from '../common/duration.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { serdes } from '../serdes/serdes.ts';
import { stores } from '../state/stores.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from '../topology/topology.ts';
import type { Processor } from './processor.ts';
import type { ProcessorContext } from './processor-context.ts';

type Context = ProcessorContext<unknown, unknown>;
const counts = stores.keyValueStore({ name: 'counts', key: serdes.string(), value: serdes.long() });
const others = stores.keyValueStore({ name: 'others', key: serdes.string(), value: serdes.long() });

/** Runs a processor behind a source; the store `counts` is connected to it, the store `others` to another one. */
const drive = (processor: Partial<Processor<unknown, unknown>>, initialWallClockMs = 0) => {
  const topology = new Topology()
    .addSource('source', 'in', text)
    .addProcessor('own', () => ({ process: () => undefined, ...processor }), 'source')
    .addProcessor('other', () => ({ process: () => undefined }), 'source')
    .addStateStore(counts, 'own')
    .addStateStore(others, 'other');
  const driver = new TopologyTestDriver(topology, { applicationId: 'app', initialWallClockMs });
  return { driver, input: driver.createInputTopic('in', text) };
};

describe('where a processor is', () => {
  test('it knows its application and task', () => {
    let seen: unknown;
    drive({ init: ({ applicationId, taskId }) => (seen = { applicationId, taskId }) });
    expect(seen).toEqual({ applicationId: 'app', taskId: { subtopology: 0, partition: 0 } });
  });

  test('it knows where the record in hand came from, and that no record caused init or a punctuation', () => {
    const seen: unknown[] = [];
    let context: Context | null = null;
    const see = () => seen.push(context?.recordMetadata());
    const { input, driver } = drive({
      init: (given) => {
        context = given;
        see();
        given.schedule(10, 'wall_clock_time', see);
      },
      process: see,
    });
    input.pipeInput('a', 'x');
    input.pipeInput('a', 'y');
    driver.advanceWallClockTime(10);
    expect(seen).toEqual([
      null,
      { topic: 'in', partition: 0, offset: 0 },
      { topic: 'in', partition: 0, offset: 1 },
      null,
    ]);
  });

  test('stream time is the largest timestamp so far and -1 before the first; the other clock is that of the wall', () => {
    const seen: unknown[] = [];
    let context: Context | null = null;
    const see = () => seen.push([context?.currentStreamTimeMs(), context?.currentSystemTimeMs()]);
    const init = (given: Context): void => {
      context = given;
    };
    const { input, driver } = drive({ init, process: see }, 1_000);
    see();
    input.pipeInput('a', 'x', { timestamp: 70 });
    driver.advanceWallClockTime(5);
    input.pipeInput('a', 'x', { timestamp: 30 });
    expect(seen).toEqual([
      [-1, 1_000],
      [70, 1_000],
      [70, 1_005],
    ]);
  });
});

describe('stores', () => {
  test('are found by name and by the builder that describes them', () => {
    const found: unknown[] = [];
    drive({ init: (context) => found.push(context.getStateStore('counts'), context.getStateStore(counts)) });
    expect(found[0]).toMatchObject({ name: 'counts' });
    expect(found[1]).toBe(found[0]);
  });

  test.each(['others', 'missing'])('one that is not connected is an error with the ways to connect it: %s', (name) => {
    expect(() => drive({ init: (context) => void context.getStateStore(name) })).toThrow(
      expect.objectContaining({
        code: 'STORE_NOT_CONNECTED',
        message:
          `own is not connected to a store ${name}; name the store in the options of the operator, ` +
          'or connect it with addStateStore or connectProcessorAndStateStores',
        context: { node: 'own', store: name },
      }),
    );
  });
});

describe('punctuations', () => {
  const scheduling = (interval: Duration, type: 'stream_time' | 'wall_clock_time') => {
    const fired: number[] = [];
    const driven = drive({ init: (context) => void context.schedule(interval, type, (time) => fired.push(time)) });
    return { ...driven, fired };
  };

  test('of stream time fire with the first record, then when a record reaches the next multiple of the interval', () => {
    const { input, fired } = scheduling('10ms', 'stream_time');
    for (const timestamp of [3, 9, 10, 12, 45, 50]) input.pipeInput('a', 'x', { timestamp });
    expect(fired).toEqual([3, 10, 45, 50]);
  });

  test('of the wall clock fire an interval after the call, and once after a jump', () => {
    const { driver, fired } = scheduling(10, 'wall_clock_time');
    driver.advanceWallClockTime(9);
    expect(fired).toEqual([]);
    driver.advanceWallClockTime(1);
    driver.advanceWallClockTime(35);
    driver.advanceWallClockTime(4);
    driver.advanceWallClockTime(1);
    expect(fired).toEqual([10, 45, 50]);
  });

  test('can be cancelled, by themselves too', () => {
    const fired: number[] = [];
    const { driver } = drive({
      init: (context) => {
        const own = context.schedule(10, 'wall_clock_time', (time) => {
          fired.push(time);
          own.cancel();
        });
        context.schedule(10, 'wall_clock_time', (time) => fired.push(-time)).cancel();
      },
    });
    driver.advanceWallClockTime(10);
    driver.advanceWallClockTime(10);
    expect(fired).toEqual([10]);
  });

  test('that return a promise are refused', () => {
    const { driver } = drive({
      init: (context) => void context.schedule(10, 'wall_clock_time', async () => Promise.reject(new Error('late'))),
    });
    expect(() => driver.advanceWallClockTime(10)).toThrow(
      expect.objectContaining({
        code: 'PROCESSING_FAILED',
        context: { taskId: '0_0', node: 'own' },
        cause: expect.objectContaining({
          message: 'a punctuator of own returned a promise, for which nobody waits; make it synchronous',
        }),
      }),
    );
  });

  test('need an interval of at least 1 ms that is a duration', () => {
    expect(() => scheduling(0, 'stream_time')).toThrow(
      new RangeError('a punctuation interval is at least 1 ms, not 0'),
    );
    expect(() => scheduling('soon' as Duration, 'stream_time')).toThrow(
      /^punctuation interval: soon is not a duration/,
    );
    expect(() => scheduling(1, 'stream_time')).not.toThrow();
  });
});

test('commit asks for a commit long before the interval is over', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .process(() => {
      let context: Context | null = null;
      return {
        init: (given) => {
          context = given;
        },
        process: (record) => {
          context?.forward(record);
          if (record.value === 'commit') context?.commit();
        },
      };
    })
    .to('out', text);
  const server = broker('in', 'out');
  const long = { commitInterval: '10m', transactionTimeout: '15m' } as const;
  const streams = create({ topology: builder.build(), broker: server, ...long });
  await streams.start();
  put(server, 'in', ['a', 'first'], ['a', 'commit']);
  await until(() => server.records('out').length === 2);
});
