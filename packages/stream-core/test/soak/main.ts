// `pnpm test:soak`: an instance with its state on disk, for as long as one likes. Prints what memory and handles did.
import { parseArgs } from 'node:util';
import { durableEngines } from '../durable-state.ts';
import type { SoakReport } from './soak-run.ts';
import { soakRun } from './soak-run.ts';

// What a heap may do by chance.
const growthMax = 1.25;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, engine: { type: 'string' } },
});

const engines = values.engine === undefined ? durableEngines : [values.engine];
const minutes = Number(values.minutes) / engines.length;
const reports: SoakReport[] = [];
for (const engine of engines) {
  reports.push(await soakRun({ engine, minutes, onProgress: (text) => console.error(text) }));
}
console.log(JSON.stringify({ minutes: Number(values.minutes), engines: reports }));
const isFlat = reports.every(
  ({ rssStartMiB, rssEndMiB, databasesOpened, databasesClosed, iteratorsOpened, iteratorsClosed }) =>
    rssEndMiB <= rssStartMiB * growthMax && databasesOpened === databasesClosed && iteratorsOpened === iteratorsClosed,
);
process.exitCode = isFlat ? 0 : 1;
