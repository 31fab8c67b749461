import fc from 'fast-check';
import { expect, test } from 'vitest';

import { NodeGroups } from './node-groups.ts';

const groupsOf = (...names: readonly string[]): NodeGroups => {
  const groups = new NodeGroups();
  for (const name of names) groups.add(name);
  return groups;
};

test('a name is a group of its own until it is united', () => {
  const groups = groupsOf('a', 'b');
  expect(groups.rootOf('a')).not.toBe(groups.rootOf('b'));
  groups.unite('a', ['b']);
  expect(groups.rootOf('a')).toBe(groups.rootOf('b'));
});

test('names that are united over others are one group', () => {
  const groups = groupsOf('a', 'b', 'c', 'd', 'e');
  groups.unite('b', ['a']);
  groups.unite('d', ['c']);
  groups.unite('c', ['a', 'b']);
  expect(new Set(['a', 'b', 'c', 'd'].map((name) => groups.rootOf(name))).size).toBe(1);
  expect(groups.rootOf('e')).not.toBe(groups.rootOf('a'));
});

test('uniting nothing, or what is one group already, changes nothing', () => {
  const groups = groupsOf('a', 'b');
  groups.unite('a', []);
  groups.unite('a', ['a']);
  expect(groups.rootOf('a')).toBe('a');
  groups.unite('a', ['b']);
  groups.unite('b', ['a']);
  expect(groups.rootOf('a')).toBe(groups.rootOf('b'));
});

test('groups are those that a walk over the pairs finds', () => {
  const name = fc.nat(11).map(String);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 15 }), (pairs) => {
      const names = Array.from({ length: 12 }, (_, index) => String(index));
      const groups = groupsOf(...names);
      const label = new Map(names.map((each) => [each, each]));
      for (const [left, right] of pairs) {
        groups.unite(left, [right]);
        const [from, to] = [label.get(left), label.get(right)];
        for (const [each, own] of label) if (own === from) label.set(each, to ?? '');
      }
      for (const left of names) {
        for (const right of names) {
          expect(groups.rootOf(left) === groups.rootOf(right)).toBe(label.get(left) === label.get(right));
        }
      }
    }),
  );
});
