import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFile } from './cli.ts';
import { readPassingRecord, vectorsFolder } from './passing-record.ts';
import { countVerdicts, formatDetails } from './report.ts';
import { driverRunner } from './run/driver-runner.ts';
import { runtimeRunner } from './run/runtime-runner.ts';

const record = readPassingRecord();
const files = readdirSync(vectorsFolder).filter((file) => file.endsWith('.jsonl.gz'));

it('there is a record of how many pass for each file', () => {
  expect(Object.keys(record).sort()).toEqual(files.sort());
});

// The random cases are many, and machines that run tests are slow.
const limitMs = 300_000;

describe.each([
  { name: 'driver' as const, runner: driverRunner },
  { name: 'runtime' as const, runner: runtimeRunner },
])('recorded answers of Kafka Streams on the $name', ({ name, runner }) => {
  it.each(files)(
    '%s: none fails, and no fewer pass than before',
    async (file) => {
      const verdicts = await runFile(join(vectorsFolder, file), { runner });
      expect(formatDetails(verdicts, false)).toEqual([]);
      expect(countVerdicts(verdicts).passed).toBeGreaterThanOrEqual(record[file]?.[name] ?? Number.NaN);
    },
    limitMs,
  );
});
