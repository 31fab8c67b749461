import { describe, expect, test } from 'vitest';

import type { Headers } from '../common/headers.ts';
import type { StreamRecord } from '../common/stream-record.ts';
import { logAndContinue } from '../errors/exception-handlers.ts';
import { findStreamsError } from '../errors/streams-error.ts';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { serdes } from '../serdes/serdes.ts';
import type { TestDriverConfig } from '../testing/topology-test-driver.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import { Topology } from '../topology/topology.ts';
import type { FixedKeyProcessor, Processor } from './processor.ts';
import type { FixedKeyProcessorContext, ProcessorContext } from './processor-context.ts';

type Text = StreamRecord<string, string>;
type Action = (record: Text, context: ProcessorContext<string, string>) => unknown;
const text = { key: serdes.string(), value: serdes.string() };
const named = (key: string): Headers => [{ key, value: null }];

/** A processor that does something with every record. */
const doing = (action: Action) => (): Processor<string, string> => {
  let own: ProcessorContext<string, string> | null = null;
  return {
    init: (context) => {
      own = context;
    },
    process: (record): void => (own === null ? undefined : (action(record, own) as undefined)),
  };
};

/** `own` does something with every record; behind it are `left` and `right`, beside it is `sibling`. */
const drive = (action: Action, config: TestDriverConfig = {}, left: Action = () => undefined) => {
  const seen: (readonly [node: string, record: Text])[] = [];
  const seeing = (node: string, also: Action = () => undefined) =>
    doing((record, context) => {
      seen.push([node, record]);
      also(record, context);
    });
  const topology = new Topology()
    .addSource('source', 'in', text)
    .addProcessor('own', doing(action), 'source')
    .addProcessor('left', seeing('left', left), 'own')
    .addProcessor('right', seeing('right'), 'own')
    .addProcessor('sibling', seeing('sibling'), 'source');
  const driver = new TopologyTestDriver(topology, config);
  return { driver, input: driver.createInputTopic('in', text), seen };
};

const thrownBy = (action: () => void): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
};

describe('the life of a processor', () => {
  test('it is made and initialised once a task, gets every record, and is closed once', () => {
    const events: string[] = [];
    let made = 0;
    const supplier = (): Processor<string, string> => {
      const number = ++made;
      return {
        init: () => events.push(`init ${number}`),
        process: ({ value }) => events.push(`process ${value}`),
        close: () => events.push(`close ${number}`),
      };
    };
    const topology = new Topology().addSource('source', 'in', text).addProcessor('own', supplier, 'source');
    const driver = new TopologyTestDriver(topology);
    expect(events).toEqual(['init 1']);
    const input = driver.createInputTopic('in', text);
    input.pipeInput('a', 'x');
    input.pipeInput('a', 'y');
    driver.close();
    driver.close();
    expect(events).toEqual(['init 1', 'process x', 'process y', 'close 1']);
  });

  test('what its process returns is of no interest, unless it is a promise', () => {
    const returning = (value: unknown) => () => drive(() => value).input.pipeInput('a', 'x');
    expect(returning(5)).not.toThrow();
    expect(returning(null)).not.toThrow();
    expect(returning({})).not.toThrow();
    for (const promise of [Promise.resolve(), Promise.reject(new Error('late'))]) {
      expect(returning(promise)).toThrow(
        expect.objectContaining({
          code: 'PROCESSING_FAILED',
          cause: expect.objectContaining({
            code: 'PROCESSING_FAILED',
            message: 'process() of own returned a promise, for which nobody waits; make it synchronous',
            context: { node: 'own' },
          }),
        }),
      );
    }
  });

  test('init and close may be left out', () => {
    const topology = new Topology()
      .addSource('source', 'in', text)
      .addProcessor('own', () => ({ process: () => undefined }), 'source');
    const driver = new TopologyTestDriver(topology);
    driver.createInputTopic('in', text).pipeInput('a', 'x');
    expect(() => driver.close()).not.toThrow();
  });

  test('it sees key, value, timestamp and headers of the record', () => {
    const { input, seen } = drive(() => undefined);
    input.pipeInput('a', 'x', { timestamp: 5, headers: named('h') });
    expect(seen).toEqual([['sibling', { key: 'a', value: 'x', timestamp: 5, headers: named('h') }]]);
  });
});

describe('forwarding', () => {
  test('goes to all children, in the order in which they were added', () => {
    const { input, seen } = drive((record, context) => context.forward({ ...record, key: 'b', value: 'y' }));
    input.pipeInput('a', 'x', { timestamp: 5 });
    const forwarded = { key: 'b', value: 'y', timestamp: 5, headers: [] };
    expect(seen.slice(0, 2)).toEqual([
      ['left', forwarded],
      ['right', forwarded],
    ]);
  });

  test('goes to one child by name', () => {
    const { input, seen } = drive((record, context) => context.forward(record, 'right'));
    input.pipeInput('a', 'x');
    expect(seen.map(([node]) => node)).toEqual(['right', 'sibling']);
  });

  test.each(['missing', 'sibling'])('to a name that is no child is an error that names both: %s', (child) => {
    const { input } = drive((record, context) => context.forward(record, child));
    expect(() => input.pipeInput('a', 'x')).toThrow(
      expect.objectContaining({
        code: 'PROCESSING_FAILED',
        context: { taskId: '0_0', node: 'own', topic: 'in', partition: 0, offset: 0 },
        cause: expect.objectContaining({
          code: 'PROCESSING_FAILED',
          message: `own has no child ${child}; forward to one that is connected`,
        }),
      }),
    );
  });

  test('with another timestamp or other headers shows them to the children alone', () => {
    const { input, seen } = drive((record, context) => {
      context.forward({ ...record, timestamp: 9, headers: named('new') }, 'left');
      context.forward(record, 'right');
    });
    input.pipeInput('a', 'x', { timestamp: 5, headers: named('old') });
    const rest = { key: 'a', value: 'x' };
    expect(seen).toEqual([
      ['left', { ...rest, timestamp: 9, headers: named('new') }],
      ['right', { ...rest, timestamp: 5, headers: named('old') }],
      ['sibling', { ...rest, timestamp: 5, headers: named('old') }],
    ]);
  });

  test('without headers forwards none', () => {
    const { input, seen } = drive((_record, context) =>
      context.forward({ key: 'a', value: 'x', timestamp: 0 } as Text, 'left'),
    );
    input.pipeInput('a', 'x', { headers: named('old') });
    expect(seen[0]?.[1].headers).toEqual([]);
  });

  test('to a child that fails leaves the headers of the record in hand as they were', () => {
    const { input, seen } = drive(
      (record, context) => context.forward({ ...record, headers: named('new') }),
      { processingExceptionHandler: logAndContinue },
      () => {
        throw new Error('left fails');
      },
    );
    input.pipeInput('a', 'x', { headers: named('old') });
    expect(seen.map(([node, { headers }]) => [node, headers[0]?.key])).toEqual([
      ['left', 'new'],
      ['right', 'new'],
      ['sibling', 'old'],
    ]);
  });

  test('a negative timestamp is refused with the name of the node', () => {
    const { input } = drive((record, context) => context.forward({ ...record, timestamp: -1 }));
    const error = thrownBy(() => input.pipeInput('a', 'x'));
    expect(findStreamsError(error, 'TIMESTAMP_INVALID')).toMatchObject({
      message: 'own forwards a record with the timestamp -1; forward it with one from 0 on',
      context: { node: 'own' },
    });
    expect(() =>
      drive((record, context) => context.forward({ ...record, timestamp: 0 })).input.pipeInput('a', 'x'),
    ).not.toThrow();
  });
});

describe('a fixed-key processor', () => {
  type Context = FixedKeyProcessorContext<string, string>;
  const fixed = (
    action: (record: Text, context: Context) => void,
    config: TestDriverConfig & { readonly onClose?: () => void } = {},
  ) => {
    let own: Context | null = null;
    const supplier = (): FixedKeyProcessor<string, string> => ({
      init: (context) => {
        own = context;
        context.schedule(10, 'wall_clock_time', (timestamp) =>
          context.forward({ key: 'tick', value: 'tock', timestamp, headers: [] }),
        );
      },
      process: (record) => {
        if (own !== null) action(record, own);
      },
      ...(config.onClose === undefined ? {} : { close: config.onClose }),
    });
    const builder = new StreamsBuilder();
    builder.stream('in', text).processValues(supplier, { name: 'own' }).to('out', text);
    const driver = new TopologyTestDriver(builder.build(), config);
    const output = driver.createOutputTopic('out', text);
    return { driver, input: driver.createInputTopic('in', text), output };
  };

  test('forwards other values, timestamps and headers under the key of the record in hand', () => {
    const { input, output } = fixed((record, context) => {
      for (const value of ['y', 'z']) context.forward({ ...record, value, timestamp: 9, headers: named('h') });
    });
    input.pipeInput('a', 'x');
    expect(output.readRecords()).toEqual([
      { key: 'a', value: 'y', timestamp: 9, headers: named('h') },
      { key: 'a', value: 'z', timestamp: 9, headers: named('h') },
    ]);
  });

  test('must not forward another key, and the error names the node and what to use instead', () => {
    const { input } = fixed((record, context) => context.forward({ ...record, key: 'b' }));
    expect(() => input.pipeInput('a', 'x')).toThrow(
      expect.objectContaining({
        code: 'PROCESSING_FAILED',
        context: { taskId: '0_0', node: 'own', topic: 'in', partition: 0, offset: 0 },
        cause: expect.objectContaining({
          code: 'PROCESSING_FAILED',
          message: 'own is a processValues node and must not change the key; use process() to change it',
        }),
      }),
    );
  });

  test('may forward any key in a punctuation, where no record is in hand', () => {
    const { driver, input, output } = fixed((record, context) => context.forward(record));
    input.pipeInput('a', 'x');
    driver.advanceWallClockTime(10);
    expect(output.readPairs()).toEqual([
      ['a', 'x'],
      ['tick', 'tock'],
    ]);
  });

  test('has no record in hand any more after one on which it failed', () => {
    const { driver, output, input } = fixed(
      () => {
        throw new Error('bad record');
      },
      { processingExceptionHandler: logAndContinue },
    );
    input.pipeInput('a', 'x');
    driver.advanceWallClockTime(10);
    expect(output.readPairs()).toEqual([['tick', 'tock']]);
  });

  test('is closed with the task', () => {
    let closed = 0;
    fixed(() => undefined, { onClose: () => closed++ }).driver.close();
    expect(closed).toBe(1);
  });
});
