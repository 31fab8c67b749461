// `pnpm simulate`: whole clusters in virtual time, one seed after the other, while everything fails that can.
import { parseArgs } from 'node:util';

import type { SimulationReport } from '../../src/testing/simulation/run-simulation.ts';
import { runSimulation } from '../../src/testing/simulation/run-simulation.ts';
import { simulations } from './simulations.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..100' },
    topology: { type: 'string' },
    events: { type: 'string', default: '40' },
  },
});

const [from = 1, to = from] = values.seeds.split('..').map(Number);
const chosen = simulations.filter(({ name }) => values.topology === undefined || name === values.topology);
if (chosen.length === 0 || !Number.isInteger(from) || !Number.isInteger(to)) {
  const names = simulations.map(({ name }) => name).join(', ');
  console.error(`usage: simulate --seeds FROM..TO [--topology NAME] [--events COUNT]; topologies: ${names}`);
  process.exit(2);
}

const tell = ({ simulation, seed, guarantee, brokerKind, violations, hash, lastEvents }: SimulationReport): void => {
  console.log(`\nseed ${seed} of ${simulation} (${brokerKind}, ${guarantee}, trace ${hash}) FAILED`);
  for (const violation of violations) console.log(`  ${violation}`);
  console.log(`  again: npx -y pnpm@12 simulate --seeds ${seed}..${seed} --topology ${simulation} --events 400`);
  for (const event of lastEvents.slice(-Number(values.events))) console.log(`    ${event}`);
};

const totals = new Map<string, number>();
let [passed, failed, records] = [0, 0, 0];
const startedMs = performance.now();
for (let seed = from; seed <= to; seed++) {
  const simulation = chosen[seed % chosen.length];
  if (simulation === undefined) continue;
  const report = await runSimulation(simulation, { seed });
  for (const [name, count] of report.counts) totals.set(name, (totals.get(name) ?? 0) + count);
  records += report.records;
  if (report.violations.length === 0) passed++;
  else {
    failed++;
    tell(report);
  }
}

const seconds = (performance.now() - startedMs) / 1_000;
for (const [name, count] of [...totals].sort(([a], [b]) => a.localeCompare(b))) {
  console.log(`${String(count).padStart(9)}  ${name}`);
}
const each = (seconds / Math.max(1, passed + failed)).toFixed(2);
console.log(`${records} records in ${seconds.toFixed(1)} s, ${each} s a seed`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
