// `pnpm test:soak`: an instance with its state on disk, for as long as one likes. Prints what memory and handles did.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { durableEngines } from '../durable-state.ts';
import { runPerEngine } from '../per-engine.ts';
import type { SoakReport } from './soak-run.ts';
import { soakRun } from './soak-run.ts';

// What a heap may do by chance.
const growthMax = 1.25;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, engine: { type: 'string' } },
});
const { engine } = values;
const minutes = Number(values.minutes);

const isFlat = ({ rssStartMiB, rssEndMiB, ...counts }: SoakReport): boolean =>
  rssEndMiB <= rssStartMiB * growthMax &&
  counts.databasesOpened === counts.databasesClosed &&
  counts.iteratorsOpened === counts.iteratorsClosed;

if (engine !== undefined) {
  const report = await soakRun({ engine, minutes, onProgress: (text) => console.error(text) });
  console.log(JSON.stringify(report));
  process.exitCode = isFlat(report) ? 0 : 1;
} else {
  const args = ['--minutes', String(minutes / durableEngines.length)];
  const engines = await runPerEngine<SoakReport>(fileURLToPath(import.meta.url), durableEngines, args);
  console.log(JSON.stringify({ minutes, engines }));
  process.exitCode = engines.every(isFlat) ? 0 : 1;
}
