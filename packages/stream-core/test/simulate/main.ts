// `pnpm simulate`: whole clusters in virtual time, a seed each, while everything fails that can.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { systemClock } from '../../src/common/clock.ts';
import { mutate } from './mutation/mutate.ts';
import { readablePath } from './mutation/mutated-checkout.ts';
import type { SeedOutcome } from './seed-pool.ts';
import { runSeeds } from './seed-pool.ts';
import type { SeedTask } from './seed-task.ts';
import { SeedTotals } from './seed-totals.ts';
import { loadSimulations } from './simulations.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..100' },
    topology: { type: 'string' },
    events: { type: 'string', default: '40' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    guarantee: { type: 'string' },
    with: { type: 'string', multiple: true, default: [] },
    mutation: { type: 'string' },
    'go-on': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const guarantees = ['exactly_once_v2', 'at_least_once'] as const;

/** Every so many seeds one is run twice, and must have the same trace. */
const twiceEvery = 50;
const progressEveryMs = 30_000;

const [from = 1, to = from] = values.seeds.split('..').map(Number);
const simulations = await loadSimulations(values.with);
const chosen = simulations.filter(({ name }) => values.topology === undefined || name === values.topology);
const isGuaranteeKnown = values.guarantee === undefined || guarantees.some((name) => name === values.guarantee);
if (chosen.length === 0 || !isGuaranteeKnown || !Number.isInteger(from) || !Number.isInteger(to)) {
  const names = simulations.map(({ name }) => name).join(', ');
  console.error(
    'usage: simulate --seeds FROM..TO [--topology NAME] [--guarantee NAME] [--events COUNT] [--workers COUNT] ' +
      '[--with MODULE]... [--mutation FILE|all [--go-on] [--write]]; ' +
      `topologies: ${names}`,
  );
  process.exit(2);
}

const guarantee = guarantees.find((name) => name === values.guarantee) ?? null;

if (values.mutation !== undefined) {
  const modules = values.with.map((path) => readablePath(resolve(path)));
  const range = { from, to, topology: values.topology ?? null, guarantee, modules };
  const { mutation: patch, 'go-on': goesOn, write: writes } = values;
  process.exit(await mutate({ patch, range, goesOn, writes, print: console.log }));
}

const tasks = Array.from({ length: to - from + 1 }, (_, index): SeedTask => {
  const seed = from + index;
  return { seed, topology: chosen[seed % chosen.length]?.name ?? '', isTwice: seed % twiceEvery === 0, guarantee };
});

const again = ({ seed, topology, guarantee: forced }: SeedTask): string =>
  `npx -y pnpm@12 simulate --seeds ${seed}..${seed} --topology ${topology} --events 400` +
  (forced === null ? '' : ` --guarantee ${forced}`);

const tell = (task: SeedTask, outcome: SeedOutcome): void => {
  const { seed, topology } = task;
  if ('error' in outcome) {
    console.log(`\nseed ${seed} of ${topology} FAILED\n  ${outcome.error}\n  again: ${again(task)}`);
    return;
  }
  const { guarantee, brokerKind, violations, hash, lastEvents } = outcome.report;
  console.log(`\nseed ${seed} of ${topology} (${brokerKind}, ${guarantee}, trace ${hash}) FAILED`);
  for (const violation of violations) console.log(`  ${violation}`);
  if (!outcome.isRepeated) console.log('  trace: the same seed gave another trace');
  console.log(`  again: ${again(task)}`);
  for (const event of lastEvents.slice(-Number(values.events))) console.log(`    ${event}`);
};

const totals = new SeedTotals(systemClock.monotonic());
let toldMs = systemClock.monotonic();

const onOutcome = (task: SeedTask, outcome: SeedOutcome): void => {
  if (!('error' in outcome)) totals.add(outcome.report);
  if ('error' in outcome || !outcome.isRepeated || outcome.report.violations.length > 0) {
    totals.failed++;
    tell(task, outcome);
  } else totals.passed++;
  const nowMs = systemClock.monotonic();
  if (nowMs - toldMs < progressEveryMs) return;
  toldMs = nowMs;
  console.log(totals.progress(tasks.length, nowMs));
};

await runSeeds(tasks, { workers: Number(values.workers), modules: values.with, onOutcome });
for (const line of totals.lines(systemClock.monotonic())) console.log(line);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 && totals.neverMet.length === 0 ? 0 : 1;
