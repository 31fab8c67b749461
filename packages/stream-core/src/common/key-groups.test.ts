import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyGroups, keysAlike } from './key-groups.ts';

const anyKey = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 2, maxLength: 5 });

test('the keys of a group are those that are alike up to their suffix, in order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyKey), fc.uniqueArray(anyKey), anyKey, anyKey, (added, deleted, one, other) => {
      const groups = new KeyGroups(2);
      for (const key of added) groups.add(key);
      const left = added.filter((key) => !deleted.includes(key));
      for (const key of added) if (deleted.includes(key)) groups.delete(key);
      const [from, to] = one < other ? [one, other] : [other, one];
      const isAlike = (key: string) => key.length === from.length && key.slice(0, -2) === from.slice(0, -2);
      const expected = left.filter((key) => isAlike(key) && key >= from && key < to).sort();
      expect(groups.between(keysAlike(from, to, 2))).toEqual(expected);
    }),
  );
});
