import { describe, expect, test } from 'vitest';

import type { SourceNode } from '../topology/nodes.ts';
import { mergeOrigins } from './dsl-context.ts';
import { StreamsBuilder } from './streams-builder.ts';

const origin = (idleTimeoutMs: number | null, ...sources: readonly string[]) => ({
  sources: new Set(sources),
  idleTimeoutMs,
});

describe('the origin of two inputs together', () => {
  test('is the sources of both, each once', () => {
    expect(mergeOrigins(origin(null, 'a', 'b'), origin(null, 'b', 'c'))).toEqual(origin(null, 'a', 'b', 'c'));
  });

  test.each([
    [null, null, null],
    [5, null, 5],
    [null, 5, 5],
    [5, 9, 9],
    [9, 5, 9],
    [0, null, 0],
  ])('of idle timeouts %s and %s has %s', (left, right, expected) => {
    expect(mergeOrigins(origin(left), origin(right)).idleTimeoutMs).toBe(expected);
  });
});

test('a repartition topic hands on the longest idle timeout of what flows into it', () => {
  const builder = new StreamsBuilder();
  const slow = builder.stream('slow', { idleTimeout: '9s' });
  slow.merge(builder.stream('quick', { idleTimeout: '5s' })).repartition({ name: 'again' });
  builder.stream('never').repartition({ name: 'other' });
  const { nodes } = builder.build().graph;
  expect((nodes.get('again-repartition-source') as SourceNode).idleTimeoutMs).toBe(9_000);
  expect((nodes.get('other-repartition-source') as SourceNode).idleTimeoutMs).toBeNull();
});
