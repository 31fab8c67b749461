import fc from 'fast-check';
import { expect, test } from 'vitest';

import { bytes, lines } from '../../test/store-harness.ts';
import { overlay } from './overlay.ts';

const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'ab', ''), fc.option(fc.nat(9).map(String)));

test('changes hide the rows below them, deletions too, in both directions', () => {
  fc.assert(
    fc.property(fc.array(pair), fc.array(pair), fc.boolean(), (above, below, reverse) => {
      const sorted = (pairs: Iterable<readonly [string, string | null]>) =>
        [...pairs].sort(([left], [right]) => (left < right === reverse ? 1 : -1));
      const changes = new Map(above);
      const rows = new Map([...below].map(([key, value]) => [key, value ?? '0'] as const));
      const seen = sorted(new Map<string, string | null>([...rows, ...changes]))
        .filter(([, value]) => value !== null)
        .map(([key, value]) => `${key}=${value}`);
      const laid = overlay(
        sorted(changes).map(([key, value]) => ({ key: bytes(key), value: value === null ? null : bytes(value) })),
        sorted(rows).map(([key, value]) => ({ key: bytes(key), value: bytes(value ?? '') })),
        reverse,
      );
      expect(lines(laid)).toEqual(seen);
    }),
  );
});
