import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskId } from '../../common/task-id.ts';
import { formatTaskId } from '../../common/task-id.ts';
import { assignTasks } from './sticky-task-assignor.ts';

const tasks = (count: number): TaskId[] =>
  Array.from({ length: count }, (_, index) => ({ subtopology: index % 2, partition: Math.floor(index / 2) }));

const sizes = (assigned: ReadonlyMap<string, readonly TaskId[]>) => [...assigned.values()].map((list) => list.length);

test('every task has one owner, and nobody has two more than another', () => {
  const member = fc.record({ memberId: fc.string({ minLength: 1 }), owned: fc.array(fc.nat(30)) });
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.uniqueArray(member, { minLength: 1, selector: ({ memberId }) => memberId }),
      (count, members) => {
        const all = tasks(count);
        const given = members.map(({ memberId, owned }) => ({
          memberId,
          tasks: owned.flatMap((index) => (all[index] === undefined ? [] : [all[index]])),
        }));
        const assigned = assignTasks(all, given);
        const names = [...assigned.values()].flat().map(formatTaskId);
        expect(names.length).toBe(count);
        expect(new Set(names).size).toBe(count);
        expect(Math.max(...sizes(assigned)) - Math.min(...sizes(assigned))).toBeLessThanOrEqual(1);
        expect(assignTasks(all, [...given].reverse())).toEqual(assigned);
      },
    ),
  );
});

test('a second assignment of the same group moves nothing', () => {
  const first = assignTasks(
    tasks(11),
    ['a', 'b', 'c'].map((memberId) => ({ memberId, tasks: [] })),
  );
  const again = assignTasks(
    tasks(11),
    [...first].map(([memberId, own]) => ({ memberId, tasks: own })),
  );
  expect(again).toEqual(first);
});

test('a member that joins takes only what evens the load', () => {
  const first = assignTasks(
    tasks(12),
    ['a', 'b'].map((memberId) => ({ memberId, tasks: [] })),
  );
  const members = [...first].map(([memberId, own]) => ({ memberId, tasks: own }));
  const second = assignTasks(tasks(12), [...members, { memberId: 'c', tasks: [] }]);
  for (const { memberId, tasks: own } of members) {
    for (const task of second.get(memberId) ?? []) expect(own).toContainEqual(task);
  }
  expect(second.get('c')?.length).toBe(4);
});
