import { describe, expect, test } from 'vitest';

import { serdes } from '../serdes/serdes.ts';
import { TopologyTestDriver } from '../testing/topology-test-driver.ts';
import type { KStream } from './api.ts';
import { StreamsBuilder } from './streams-builder.ts';

const text = { key: serdes.string(), value: serdes.string() };
type Text = KStream<string, string>;

/** Pipes values through a split whose branches go to topics of their names. */
const split = (branches: (stream: Text) => ReadonlyMap<string, Text>, ...values: readonly (string | null)[]) => {
  const builder = new StreamsBuilder();
  const result = branches(builder.stream('in', text));
  for (const [name, stream] of result) stream.to(name, text);
  const driver = new TopologyTestDriver(builder.build());
  const input = driver.createInputTopic('in', text);
  for (const value of values) input.pipeInput('a', value);
  const produced = driver.takeProduced().map(({ topic, value }) => `${topic}: ${value}`);
  return { names: [...result.keys()], produced };
};

const startsWith = (start: string) => (_key: string, value: string | null) => value?.startsWith(start) ?? false;

describe('a split', () => {
  test('hands each record to the first branch that takes it', () => {
    const { produced } = split(
      (stream) =>
        stream
          .split({ name: 's-' })
          .branch(startsWith('a'), { name: 'a' })
          .branch(startsWith('ab'), { name: 'ab' })
          .branch(startsWith('b'), { name: 'b' })
          .noDefaultBranch(),
      'b1',
      'ab',
      'a1',
    );
    expect(produced).toEqual(['s-b: b1', 's-a: ab', 's-a: a1']);
  });

  test('drops what no branch takes, or hands it to the default branch, nulls too', () => {
    const branched = (stream: Text) => stream.split({ name: 's-' }).branch(startsWith('a'), { name: 'a' });
    expect(split((stream) => branched(stream).noDefaultBranch(), 'a', 'x', null).produced).toEqual(['s-a: a']);
    expect(split((stream) => branched(stream).defaultBranch(), 'a', 'x', null).produced).toEqual([
      's-a: a',
      's-0: x',
      's-0: null',
    ]);
  });

  test('calls branches by the name of the split and their own, or by a number from 1', () => {
    const { names } = split((stream) =>
      stream
        .split({ name: 's-' })
        .branch(startsWith('a'))
        .branch(startsWith('b'), { name: 'bees' })
        .branch(startsWith('c'))
        .defaultBranch({ name: 'rest' }),
    );
    expect(names).toEqual(['s-1', 's-bees', 's-3', 's-rest']);
  });

  test('has a generated name when it is given none', () => {
    expect(split((stream) => stream.split().branch(startsWith('a')).defaultBranch()).names).toEqual([
      'KSTREAM-BRANCH-00000000011',
      'KSTREAM-BRANCH-00000000010',
    ]);
  });
});

describe('what becomes of a branch', () => {
  test('that is built on in place by a consumer: it is not in the result', () => {
    const { names, produced } = split(
      (stream) =>
        stream
          .split({ name: 's-' })
          .branch(startsWith('a'), { withConsumer: (branch) => branch.to('consumed', text) })
          .defaultBranch({ name: 'rest' }),
      'a',
      'x',
    );
    expect(names).toEqual(['s-rest']);
    expect(produced).toEqual(['consumed: a', 's-rest: x']);
  });

  test('that a function makes something of: what it returns is in the result, unless it is null', () => {
    const { names, produced } = split(
      (stream) =>
        stream
          .split({ name: 's-' })
          .branch(startsWith('a'), {
            name: 'a',
            withFunction: (branch) => branch.mapValues((value) => value.toUpperCase()),
          })
          .branch(startsWith('b'), { name: 'b', withFunction: () => null })
          .noDefaultBranch(),
      'a',
      'b',
    );
    expect(names).toEqual(['s-a']);
    expect(produced).toEqual(['s-a: A']);
  });
});
