import { sleep, systemClock } from '../../../src/common/clock.ts';
import type { InstanceProcess } from './instance-process.ts';
import type { OutputWatch, PartitionGap } from './output-watch.ts';
import type { OutputVerdict } from './rebalance-world.ts';
import { RebalanceWorld } from './rebalance-world.ts';

export interface GapRunOptions {
  readonly bootstrapServers: string;
  readonly partitions: number;
  /** Between two records of a partition. */
  readonly intervalMs: number;
  readonly quietMs: number;
  /** How long a member stands still while the group waits for it. */
  readonly blockMs: number;
  /** Whether each instance is closed and started again at the end. */
  readonly isRolling: boolean;
  readonly onProgress: (text: string) => void;
}

/** Largest gaps of partitions in one phase. */
interface GapsOf {
  readonly partitions: number;
  readonly largestGapMs: number;
}

/** What readers saw while something happened. */
export interface GapPhase {
  readonly name: string;
  readonly lastedMs: number;
  /** Partitions that one instance wrote all the time. */
  readonly unmoved: GapsOf;
  /** Those that another instance has taken over, with its restore. */
  readonly moved: GapsOf;
}

export interface GapReport extends OutputVerdict {
  readonly phases: readonly GapPhase[];
  readonly inputGapMs: number;
  readonly restarts: number;
}

const gapsOf = (gaps: readonly PartitionGap[]): GapsOf => ({
  partitions: gaps.length,
  largestGapMs: Math.max(0, ...gaps.map(({ gapMs }) => gapMs)),
});

/** After a rebalance others may follow: those that give up partitions make them. */
const settleMs = 5_000;

/** A run over the rebalances of one application: who watches, and what has been found so far. */
class GapRun {
  readonly phases: GapPhase[] = [];
  readonly #watch: OutputWatch;
  readonly #onProgress: (text: string) => void;

  constructor(watch: OutputWatch, onProgress: (text: string) => void) {
    this.#watch = watch;
    this.#onProgress = onProgress;
  }

  /**
   * Watches the output while something happens. What the `blocked` instance had is not looked at: it stands still. What
   * the `restarted` one had has moved, if only from one process to the next.
   */
  async phase(name: string, happens: () => Promise<unknown>, { blocked = '', restarted = '' } = {}): Promise<void> {
    const fromMs = systemClock.monotonic();
    await happens();
    const lastedMs = Math.round(systemClock.monotonic() - fromMs);
    await sleep(systemClock, settleMs);
    const gaps = this.#watch
      .gaps({ fromMs, toMs: systemClock.monotonic() })
      .filter(({ writers }) => !writers.includes(blocked));
    const isMoved = ({ writers }: PartitionGap): boolean => writers.length !== 1 || writers.includes(restarted);
    const phase = {
      name,
      lastedMs,
      unmoved: gapsOf(gaps.filter((gap) => !isMoved(gap))),
      moved: gapsOf(gaps.filter(isMoved)),
    };
    this.phases.push(phase);
    this.#onProgress(JSON.stringify(phase));
  }

  /** Waits until every one of these instances writes. */
  all(names: readonly string[]): Promise<void> {
    return this.#watch.until(`${names} write`, () => {
      const writers = new Set(this.#watch.writers());
      return names.every((name) => writers.has(name));
    });
  }
}

const initial = ['one', 'two', 'three'];

/** What happens to the group, one thing after the other. */
const happen = async (run: GapRun, world: RebalanceWorld, options: GapRunOptions): Promise<InstanceProcess[]> => {
  const instances: InstanceProcess[] = [];
  for (const name of initial) instances.push(await world.instance(name));
  await run.all(initial);
  await sleep(systemClock, settleMs);
  await run.phase('quiet', () => sleep(systemClock, options.quietMs));
  const joins = async (name: string): Promise<InstanceProcess> => {
    const joining = await world.process(name);
    await run.phase(`${name} joins`, async () => {
      joining.start();
      await joining.next('running');
      await run.all([...initial, name]);
    });
    return joining;
  };
  const fourth = await joins('four');
  await run.phase('four leaves', () => fourth.close());
  if (options.blockMs > 0) {
    const joining = await world.process('five');
    const [first] = instances;
    await run.phase(
      'five joins while one stands still',
      async () => {
        first?.block(options.blockMs);
        joining.start();
        await joining.next('running');
        await run.all(['five']);
      },
      { blocked: 'one' },
    );
    await joining.close();
    await sleep(systemClock, settleMs);
  }
  for (const [index, instance] of options.isRolling ? instances.entries() : []) {
    const restart = async (): Promise<void> => {
      await instance.close();
      instances[index] = await world.instance(instance.name);
      await run.all([instance.name]);
    };
    await run.phase(`${instance.name} is restarted`, restart, { restarted: instance.name });
  }
  return instances;
};

/** Lets instances join, leave and restart, and tells how long readers had to wait for what did not move. */
export const gapRun = async (options: GapRunOptions): Promise<GapReport> => {
  const world = new RebalanceWorld({ ...options, sessionTimeoutMs: 45_000 });
  try {
    const run = new GapRun(await world.open(), options.onProgress);
    const instances = await happen(run, world, options);
    const verdict = await world.verdict();
    const statuses = await Promise.all(instances.map((instance) => instance.status()));
    return { ...verdict, phases: run.phases, restarts: statuses.reduce((sum, each) => sum + each.restarts, 0) };
  } catch (error) {
    options.onProgress(world.logs());
    throw error;
  } finally {
    await world.close();
  }
};
