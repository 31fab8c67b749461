import type { TaskId } from '../../common/task-id.ts';
import { compareTaskIds, formatTaskId } from '../../common/task-id.ts';

/** A member of the group as the assignor sees it. */
export interface AssignableMember {
  readonly memberId: string;
  /** The tasks that it has now. */
  readonly tasks: readonly TaskId[];
}

/**
 * Divides tasks among members: evenly, to within one task, and so that as few as possible move. The result depends on
 * nothing but its arguments, in any order of the members.
 */
export const assignTasks = (
  tasks: readonly TaskId[],
  members: readonly AssignableMember[],
): ReadonlyMap<string, readonly TaskId[]> => {
  const sorted = [...members].sort((left, right) => (left.memberId < right.memberId ? -1 : 1));
  const assigned = new Map<string, TaskId[]>(sorted.map(({ memberId }) => [memberId, []]));
  if (sorted.length === 0) return assigned;
  const rest = keepOwned(tasks, sorted, assigned);
  for (const task of rest) leastLoaded(sorted, assigned, task).push(task);
  for (const list of assigned.values()) list.sort(compareTaskIds);
  return assigned;
};

/** By partition first: what a member keeps or gives up is spread over the sub-topologies. */
const byPartition = (left: TaskId, right: TaskId): number =>
  left.partition - right.partition || left.subtopology - right.subtopology;

/** Lets members keep what they have, up to an even share. Returns the tasks that nobody keeps. */
const keepOwned = (
  tasks: readonly TaskId[],
  members: readonly AssignableMember[],
  assigned: Map<string, TaskId[]>,
): TaskId[] => {
  const open = new Map([...tasks].sort(byPartition).map((task) => [formatTaskId(task), task]));
  const floor = Math.floor(tasks.length / members.length);
  // So many members may have one task more than the others.
  let extra = tasks.length % members.length;
  for (const { memberId, tasks: owned } of members) {
    const own = assigned.get(memberId) as TaskId[];
    for (const task of [...owned].sort(byPartition)) {
      const name = formatTaskId(task);
      if (!open.has(name)) continue;
      if (own.length >= floor) {
        if (extra === 0 || own.length > floor) break;
        extra--;
      }
      own.push(task);
      open.delete(name);
    }
  }
  return [...open.values()];
};

/** The member with the fewest tasks; among those, the one with the fewest of the same sub-topology. */
const leastLoaded = (
  members: readonly AssignableMember[],
  assigned: ReadonlyMap<string, TaskId[]>,
  task: TaskId,
): TaskId[] => {
  const load = (list: readonly TaskId[]): number =>
    list.length * 1_000 + list.filter(({ subtopology }) => subtopology === task.subtopology).length;
  let best = assigned.get((members[0] as AssignableMember).memberId) as TaskId[];
  for (const { memberId } of members) {
    const list = assigned.get(memberId) as TaskId[];
    if (load(list) < load(best)) best = list;
  }
  return best;
};
