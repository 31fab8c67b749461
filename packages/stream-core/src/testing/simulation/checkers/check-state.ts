import type { RecordBatch } from '../../../broker/record-batch.ts';
import { assert } from '../../../common/assert.ts';
import { silentLogger } from '../../../common/logger.ts';
import { emptyRecordContext } from '../../../common/record-context.ts';
import { formatTaskId } from '../../../common/task-id.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { MetricsRegistry } from '../../../metrics/metrics.ts';
import { TaskDatabases } from '../../../runtime/task-databases.ts';
import { TaskStores } from '../../../runtime/task-stores.ts';
import { TaskState } from '../../../state/task-state.ts';
import type { SubtopologyPlan } from '../../../topology/plan.ts';
import type { MemoryDatabase } from '../memory-disk.ts';
import { MemoryDisk } from '../memory-disk.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import type { Checker } from './finished-run.ts';
import { firstFew } from './finished-run.ts';
import { withoutSuperseded } from './without-superseded.ts';

const first = Buffer.alloc(0);
const end = Buffer.alloc(64, 0xff);
const applicationId = 'app';

/** The rows of stores, without what a database says of itself (store number 0). */
const rowsOf = (engine: MemoryDatabase['engine']): string[] => {
  const rows: string[] = [];
  for (const { key, value } of engine.range(first, end, false)) {
    if (key[0] === 0 && key[1] === 0) continue;
    rows.push(`${key.toString('hex')} ${value.toString('hex')}`);
  }
  return rows;
};

/** Gives the batches of a changelog up to an offset. */
type ReadChangelog = (cluster: SimulatedCluster, changelog: TopicPartition, offset: number) => readonly RecordBatch[];

const whole: ReadChangelog = ({ archive }, changelog, offset) =>
  archive.batches(changelog).filter(({ nextOffset }) => nextOffset <= offset);

/** Without what was replaced by the time that the changelog was shortened, also by records behind the offset. */
const shortened: ReadChangelog = (cluster, changelog, offset) =>
  withoutSuperseded(
    whole(cluster, changelog, offset),
    whole(cluster, changelog, Math.max(offset, cluster.archive.shortenedUpTo(changelog))),
  );

interface Restored {
  readonly rows: string[];
  /** Whether a changelog was shortened while it went on behind the offset of the database. */
  readonly isShortened: boolean;
}

/** A database that holds the changelogs of a task, each up to the offset that another database names. */
const restored = (
  { cluster, plan, read }: { cluster: SimulatedCluster; plan: SubtopologyPlan; read: ReadChangelog },
  { taskId, engine }: MemoryDatabase,
): Restored => {
  const disk = new MemoryDisk();
  const directory = disk.acquire();
  const databases = new TaskDatabases({
    directory,
    isDurable: false,
    applicationId,
    stateMemoryMaxBytes: 1_048_576,
    stateCorruption: 'fail',
    stateCleanupDelayMs: Number.POSITIVE_INFINITY,
    now: () => 0,
    logger: silentLogger,
    metrics: new MetricsRegistry(),
  });
  const stores = new TaskStores({
    taskId,
    stores: plan.stores,
    databases,
    applicationId,
    record: { current: emptyRecordContext(-1) },
    cache: null,
    defaults: { key: null, value: null },
    isDslStorePersistent: true,
    committed: new Map(),
    changelogTo: () => ({ append: () => undefined }),
    onExpired: () => undefined,
  });
  const state = TaskState.open(engine, { applicationId, taskId: formatTaskId(taskId), writeBehind: null });
  let isShortened = false;
  for (const { topic, store } of stores.changelogs()) {
    const offset = state.changelogOffset(topic) ?? 0;
    const topicPartition = { topic, partition: taskId.partition };
    const batches = read(cluster, topicPartition, offset);
    isShortened ||= cluster.archive.shortenedUpTo(topicPartition) > offset;
    stores.restore(store, { topicPartition, position: 0, batches, nextPosition: offset, endOffset: offset });
  }
  stores.close();
  const own = disk.databases.get(formatTaskId(taskId));
  assert(own !== undefined, 'a database was made for the task');
  return { rows: rowsOf(own.engine), isShortened };
};

/**
 * The keys of rows that may be missing or old. Who restores a changelog that was shortened, and has not come to its end,
 * lacks what later records replace.
 */
const doubtfulKeys = (one: readonly string[], other: readonly string[]): ReadonlySet<string> => {
  const [left, right] = [new Set(one), new Set(other)];
  return new Set([...left.symmetricDifference(right)].map(keyOf));
};

const keyOf = (row: string): string => row.slice(0, row.indexOf(' '));

const differences = (cluster: SimulatedCluster, plan: SubtopologyPlan, database: MemoryDatabase): string[] => {
  const is = rowsOf(database.engine);
  if (is.length > 0) cluster.trace.count('check database with rows');
  const { rows, isShortened } = restored({ cluster, plan, read: whole }, database);
  const doubtful = isShortened
    ? doubtfulKeys(rows, restored({ cluster, plan, read: shortened }, database).rows)
    : new Set<string>();
  if (doubtful.size > 0) cluster.trace.count('check database of a shortened changelog');
  const missing = new Set(rows.filter((row) => !doubtful.has(keyOf(row))));
  const extra = is.filter((row) => !(missing.delete(row) || doubtful.has(keyOf(row))));
  const task = formatTaskId(database.taskId);
  return [
    ...(extra.length > 0
      ? [`task ${task} has ${extra.length} rows that its changelog does not give: ${extra[0]}`]
      : []),
    ...(missing.size > 0 ? [`task ${task} lacks ${missing.size} rows of its changelog: ${[...missing][0]}`] : []),
  ];
};

const stateProblems = (cluster: SimulatedCluster): readonly string[] => {
  const { plan } = cluster;
  const closed = [...cluster.instances.values()].filter(({ isDead }) => !isDead).map(({ disk }) => disk);
  const databases = [...new Set([...cluster.crashedDisks, ...closed])].flatMap((disk) => [...disk.databases.values()]);
  const problems = databases.flatMap((database) => {
    const subtopology = plan.subtopologies.find(({ id }) => id === database.taskId.subtopology);
    return subtopology === undefined ? [] : differences(cluster, subtopology, database);
  });
  return firstFew(problems).map((problem) => `state: ${problem}`);
};

/**
 * Every database that an instance left, by a crash or not, is what its changelogs give up to the offset in it. Not under
 * at-least-once with zombies: those write to the changelogs of others.
 */
export const checkState: Checker = ({ cluster }) => {
  if (!cluster.hasZombies || cluster.guarantee === 'exactly_once_v2') return stateProblems(cluster);
  return [];
};
