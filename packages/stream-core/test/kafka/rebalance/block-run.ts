import { sleep, systemClock } from '../../../src/common/clock.ts';
import type { OutputVerdict } from './rebalance-world.ts';
import { RebalanceWorld } from './rebalance-world.ts';

export interface BlockRunOptions {
  readonly bootstrapServers: string;
  readonly partitions: number;
  readonly intervalMs: number;
  readonly sessionTimeoutMs: number;
  /** How long a call of user code stands still. */
  readonly blockMs: number;
  readonly onProgress: (text: string) => void;
}

export interface BlockReport extends OutputVerdict {
  readonly sessionTimeoutMs: number;
  readonly blockMs: number;
  /** Rebalances that the other instance has been through because of it. */
  readonly rebalances: number;
  /** How often the instance that stood still has begun anew. */
  readonly restarts: number;
  /** Partitions that the other instance wrote when the call returned. */
  readonly takenOver: number;
  /** Partitions that the instance wrote at the end. */
  readonly takenBack: number;
}

/** Long enough for heartbeats to bring news, and for the rebalances that follow. */
const settleMs = 10_000;

/** Lets one of two instances stand still in a call of user code, and tells what became of its partitions. */
export const blockRun = async (options: BlockRunOptions): Promise<BlockReport> => {
  const { sessionTimeoutMs, blockMs, onProgress } = options;
  const world = new RebalanceWorld(options);
  try {
    const watch = await world.open();
    const written = (name: string): number => watch.writers().filter((writer) => writer === name).length;
    const [blocked, other] = [await world.instance('one'), await world.instance('two')];
    await watch.until('both write', () => written('one') > 0 && written('two') > 0);
    await sleep(systemClock, settleMs);
    const before = await other.status();
    const owned = written('one');
    onProgress(`one owns ${owned} of ${options.partitions} partitions, and stands still for ${blockMs} ms`);
    blocked.block(blockMs);
    await blocked.next('blocked');
    const takenOver = owned - written('one');
    onProgress(`${takenOver} of them were taken over`);
    await sleep(systemClock, settleMs);
    if (takenOver > 0) await watch.until('it is back', () => written('one') > 0);
    const [after, { restarts }] = [await other.status(), await blocked.status()];
    const takenBack = written('one');
    const { records, lost, doubled } = await world.verdict();
    const rebalances = after.rebalances - before.rebalances;
    return { sessionTimeoutMs, blockMs, rebalances, restarts, takenOver, takenBack, records, lost, doubled };
  } finally {
    onProgress(world.logs());
    await world.close();
  }
};
