import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runFile } from './cli.ts';
import { readCaseLines } from './language/case-file.ts';
import type { PassingRecord } from './passing-record.ts';
import { passingRecordFile, readPassingRecord, vectorsFolder } from './passing-record.ts';
import { countVerdicts } from './report.ts';
import { driverRunner } from './run/driver-runner.ts';
import { runtimeRunner } from './run/runtime-runner.ts';

// Keeps recorded answers as test data: the cases of a folder that do not fail, in their order. Those that are not
// supported yet are kept too, so that they count as soon as the feature is there. Beside them lies how many passed.
//
//   npx -y pnpm@12 --filter @millrace/conformance keep-passing SOURCE_DIR

/** Writes the cases of a file that do not fail, and tells how many pass. */
const keep = async (source: string, target: string): Promise<PassingRecord> => {
  const verdicts = await runFile(source, { runner: driverRunner });
  const kept = readCaseLines(source).filter((_line, index) => verdicts[index]?.outcome !== 'failed');
  writeFileSync(target, gzipSync(`${kept.join('\n')}\n`, { level: 9 }));
  for (const { name } of verdicts.filter(({ outcome }) => outcome === 'failed')) {
    console.log(`  left out, it fails: ${name}`);
  }
  const onRuntime = await runFile(target, { runner: runtimeRunner });
  for (const { name } of onRuntime.filter(({ outcome }) => outcome === 'failed')) {
    console.log(`  kept, but it fails on the runtime: ${name}`);
  }
  return { driver: countVerdicts(verdicts).passed, runtime: countVerdicts(onRuntime).passed };
};

const keepAll = async (folder: string): Promise<void> => {
  mkdirSync(vectorsFolder, { recursive: true });
  const before = readPassingRecord();
  const after: Record<string, PassingRecord> = {};
  const files = readdirSync(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name));
  for (const file of files.sort()) {
    const target = `${basename(file, '.gz')}.gz`;
    const passing = await keep(join(folder, file), join(vectorsFolder, target));
    after[target] = passing;
    console.log(`${target}: ${JSON.stringify(passing)} pass, before ${JSON.stringify(before[target] ?? null)}`);
  }
  writeFileSync(passingRecordFile, `${JSON.stringify(after, null, 2)}\n`);
};

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('usage: keep-passing SOURCE_DIR');
  process.exitCode = 2;
} else {
  await keepAll(source);
}
