import { describe, expect, test } from 'vitest';

import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KeyValueStore } from './key-value-store.ts';
import { stores } from './stores.ts';

const text = { key: serdes.string(), value: serdes.string() };

describe('a store of the entries used last', () => {
  const open = (maxEntries: number) => {
    const builder = new StreamsBuilder();
    const store = stores.keyValueStore({ name: 'lru', maxEntries, ...text });
    builder.stream('in', text).process(
      () => {
        let entries: KeyValueStore<string, string> | null = null;
        return {
          init: (context) => {
            entries = context.getStateStore('lru');
          },
          process: ({ key, value }) => entries?.put(key, value),
        };
      },
      { stores: [store] },
    );
    const driver = new TopologyTestDriver(builder.build());
    return { driver, store: driver.getStateStore<KeyValueStore<string, string>>('lru') };
  };

  test('forgets the one that was neither written nor read for the longest time', () => {
    const { store } = open(2);
    store?.put('a', '1');
    store?.put('b', '2');
    expect(store?.get('a')).toBe('1');
    store?.put('c', '3');
    expect([...(store?.all() ?? [])].map(({ key }) => key)).toEqual(['a', 'c']);
    store?.delete('a');
    store?.put('d', '4');
    expect([...(store?.all() ?? [])].map(({ key }) => key)).toEqual(['c', 'd']);
  });

  test('logs what it forgets, before what pushes it out', () => {
    const { driver } = open(1);
    const input = driver.createInputTopic('in', text);
    input.pipeInput('a', '1');
    input.pipeInput('b', '2');
    const log = driver.takeProduced().map(({ key, value }) => `${key} ${value}`);
    expect(log).toEqual(['a 1', 'a null', 'b 2']);
  });

  test.each([-1, 0.5])('cannot have %d entries', (maxEntries) => {
    expect(() => stores.keyValueStore({ name: 'lru', maxEntries })).toThrow(RangeError);
  });
});

test('a table of the entries used last begins anew with a key that it has forgotten', () => {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupByKey()
    .count({ materialized: { name: 'counts', maxEntries: 1, caching: false } })
    .toStream()
    .to('out');
  const driver = new TopologyTestDriver(builder.build());
  const input = driver.createInputTopic('in', text);
  for (const key of ['a', 'a', 'b', 'a']) input.pipeInput(key, 'x', { timestamp: 1 });
  const counts = driver.createOutputTopic('out', { key: serdes.string(), value: serdes.long() }).readRecords();
  expect(counts.map(({ key, value }) => `${key} ${value}`)).toEqual(['a 1', 'a 2', 'b 1', 'a 1']);
});
