// `pnpm test:crash`: kills an application whose state is on disk, and compares it with one that was never interrupted.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { durableEngines } from '../durable-state.ts';
import { runPerEngine } from '../per-engine.ts';
import type { CrashReport } from './crash-run.ts';
import { crashRun } from './crash-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    engine: { type: 'string' },
  },
});
const { engine, seed } = values;
const kills = Number(values.kills);

if (engine !== undefined) {
  const report = await crashRun({ engine, kills, seed: Number(seed), onProgress: (text) => console.error(text) });
  console.log(JSON.stringify(report));
  process.exitCode = report.differences.length === 0 ? 0 : 1;
} else {
  const args = ['--kills', String(Math.ceil(kills / durableEngines.length)), '--seed', seed];
  const engines = await runPerEngine<CrashReport>(fileURLToPath(import.meta.url), durableEngines, args);
  const total = (count: (report: CrashReport) => number) => engines.reduce((sum, report) => sum + count(report), 0);
  const differences = total((report) => report.differences.length);
  console.log(
    JSON.stringify({
      seed: Number(seed),
      kills: total((report) => report.kills),
      bytesRestored: total((report) => report.bytesRestored),
      bytesAfterStoredOffset: total((report) => report.bytesAfterStoredOffset),
      bytesOfChangelogs: total((report) => report.bytesOfChangelogs),
      differences,
      engines,
    }),
  );
  process.exitCode = differences === 0 ? 0 : 1;
}
