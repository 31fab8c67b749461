import { Worker } from 'node:worker_threads';

import { systemClock } from '../../src/common/clock.ts';
import type { SeedAnswer, SeedTask } from './seed-task.ts';

/** What became of a seed: its report, or why there is none. */
export type SeedOutcome = SeedAnswer | { readonly error: string };

export interface SeedPoolOptions {
  /** How many seeds run at the same time, each in a thread. */
  readonly workers: number;
  /** Modules with further simulations. */
  readonly modules: readonly string[];
  readonly onOutcome: (task: SeedTask, outcome: SeedOutcome) => void;
}

/** A seed that takes longer, of real time, never ends. */
const limitMs = 180_000;

const worker = (modules: readonly string[]): Worker =>
  new Worker(new URL('./seed-worker.ts', import.meta.url), { workerData: modules });

/** Runs one seed; a thread that failed is gone, and the next seed gets another one. */
const runOn = (thread: Worker, task: SeedTask): Promise<SeedOutcome> =>
  new Promise((resolve) => {
    const done = (outcome: SeedOutcome): void => {
      timer.cancel();
      for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
      resolve(outcome);
    };
    const timer = systemClock.schedule(limitMs, () => done({ error: `it did not end within ${limitMs / 1_000} s` }));
    thread.on('message', (answer: SeedAnswer) => done(answer));
    thread.on('error', (error) => done({ error: error.stack ?? error.message }));
    thread.on('exit', (code) => done({ error: `its thread ended with ${code}` }));
    thread.postMessage(task);
  });

/** Runs all seeds, so many at a time, in the order given as far as that goes. */
export const runSeeds = async (tasks: Iterable<SeedTask>, options: SeedPoolOptions): Promise<void> => {
  const { workers, modules, onOutcome } = options;
  const queue = tasks[Symbol.iterator]();
  const work = async (): Promise<void> => {
    let thread = worker(modules);
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const outcome = await runOn(thread, next.value);
      if ('error' in outcome) {
        await thread.terminate();
        thread = worker(modules);
      }
      onOutcome(next.value, outcome);
    }
    await thread.terminate();
  };
  await Promise.all(Array.from({ length: workers }, work));
};
