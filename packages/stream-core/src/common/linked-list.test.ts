import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Link } from './linked-list.ts';
import { LinkedList, linkOf } from './linked-list.ts';

test('the items are in the order in which they were appended or moved, less those that were removed', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('append', 'move', 'remove'), fc.nat(9)), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (taken) => {
      const list = new LinkedList<number>();
      const links = new Map<number, Link<number>>();
      let expected: number[] = [];
      for (const [step, item] of taken) {
        const link = links.get(item);
        if (step === 'append' && link === undefined) {
          const added = linkOf(item);
          links.set(item, added);
          list.append(added);
          expected.push(item);
        } else if (step === 'move' && link !== undefined) {
          list.moveToEnd(link);
          expected = [...expected.filter((other) => other !== item), item];
        } else if (step === 'remove' && link !== undefined) {
          list.remove(link);
          links.delete(item);
          expected = expected.filter((other) => other !== item);
        }
        expect(list.toArray()).toEqual(expected);
        expect(list.first).toBe(expected[0] ?? null);
        expect(list.isEmpty).toBe(expected.length === 0);
      }
    }),
  );
});
