// Runs seeds that the pool hands out, one at a time, in a thread of its own.
import { strict as assert } from 'node:assert';
import { parentPort, workerData } from 'node:worker_threads';

import { runSimulation } from '../../src/testing/simulation/run-simulation.ts';
import type { SeedAnswer, SeedTask } from './seed-task.ts';
import { loadSimulations } from './simulations.ts';

const simulations = await loadSimulations(workerData as readonly string[]);

const run = async ({ seed, topology, isTwice, guarantee }: SeedTask): Promise<SeedAnswer> => {
  const simulation = simulations.find(({ name }) => name === topology);
  if (simulation === undefined) throw new Error(`there is no topology ${topology}`);
  const options = guarantee === null ? { seed } : { seed, guarantee };
  const report = await runSimulation(simulation, options);
  const again = isTwice ? await runSimulation(simulation, options) : report;
  return { report, isRepeated: again.hash === report.hash };
};

const port = parentPort;
assert(port !== null, 'this file is run by the pool');
port.on('message', (task: SeedTask) => {
  run(task).then(
    (answer) => port.postMessage(answer),
    (error: unknown) => {
      // Nothing that a simulation throws is expected: the pool counts the seed as failed.
      process.nextTick(() => {
        throw error;
      });
    },
  );
});
