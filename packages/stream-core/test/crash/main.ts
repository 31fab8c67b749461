// `pnpm test:crash`: kills an application whose state is on disk, and compares it with one that was never interrupted.
import { parseArgs } from 'node:util';
import { durableEngines } from '../durable-state.ts';
import type { CrashReport } from './crash-run.ts';
import { crashRun } from './crash-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    engine: { type: 'string' },
  },
});

const engines = values.engine === undefined ? durableEngines : [values.engine];
const kills = Math.ceil(Number(values.kills) / engines.length);
const reports: CrashReport[] = [];
for (const engine of engines) {
  reports.push(await crashRun({ engine, kills, seed: Number(values.seed), onProgress: (text) => console.error(text) }));
}
const total = (count: (report: CrashReport) => number) => reports.reduce((sum, report) => sum + count(report), 0);
const differences = total((report) => report.differences.length);
console.log(
  JSON.stringify({
    seed: Number(values.seed),
    kills: total((report) => report.kills),
    bytesRestored: total((report) => report.bytesRestored),
    bytesAfterStoredOffset: total((report) => report.bytesAfterStoredOffset),
    differences,
    engines: reports,
  }),
);
process.exitCode = differences === 0 ? 0 : 1;
