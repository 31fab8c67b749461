import type { Logger } from '../common/logger.ts';
import type { TaskId } from '../common/task-id.ts';
import type { ResolvedProcessingConfig } from '../config/resolve-streams-config.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { RecordCollector } from '../processor/record-collector.ts';
import type { RecordCache } from '../state/record-cache.ts';
import type { StateStore } from '../state/state-store.ts';
import type { SubtopologyPlan } from '../topology/plan.ts';
import type { TaskDatabases } from './task-databases.ts';

/** What a task is made of. */
export interface StreamTaskOptions {
  readonly taskId: TaskId;
  readonly plan: SubtopologyPlan;
  readonly config: ResolvedProcessingConfig;
  readonly collector: RecordCollector;
  readonly databases: TaskDatabases;
  /** The committed offsets of the source topics of the task. @default none */
  readonly committed?: ReadonlyMap<string, number>;
  /** The stores that every instance holds all of. @default none */
  readonly globalStore?: (name: string) => StateStore | null;
  /** Null: no record cache. */
  readonly cache: RecordCache | null;
  /** The wall clock, epoch ms. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
