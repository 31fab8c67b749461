import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFile } from './cli.ts';
import { countVerdicts, formatDetails } from './report.ts';
import { driverRunner } from './run/driver-runner.ts';
import { runtimeRunner } from './run/runtime-runner.ts';

// Answers that nobody developed against: the file names have the seeds of the oracle's generator. They stay as they
// are; what fails here is mended in the library, and looked for in fresh cases of other seeds.

const folder = join(import.meta.dirname, '../held-out');
const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl.gz'));

it('there are some', () => {
  expect(files.length).toBeGreaterThan(0);
});

// The random cases are many, and machines that run tests are slow.
const limitMs = 300_000;

describe.each([
  { name: 'driver', runner: driverRunner },
  { name: 'runtime', runner: runtimeRunner },
])('held-out answers of Kafka Streams on the $name', ({ runner }) => {
  it.each(files)(
    '%s: none fails',
    async (file) => {
      const verdicts = await runFile(join(folder, file), { runner });
      expect(formatDetails(verdicts, false)).toEqual([]);
      const { passed, unsupported } = countVerdicts(verdicts);
      expect(passed).toBeGreaterThan(500);
      // Topic names that no broker would take.
      expect(unsupported).toBeLessThan(verdicts.length / 50);
    },
    limitMs,
  );
});
