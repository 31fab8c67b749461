import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runFile } from '../src/cli.ts';
import { readPassingRecord, vectorsFolder } from '../src/passing-record.ts';
import { countVerdicts, formatDetails } from '../src/report.ts';
import type { StateName } from '../src/run/case-state.ts';
import { caseState } from '../src/run/case-state.ts';
import { driverRunner } from '../src/run/driver-runner.ts';

const record = readPassingRecord();
// The random ones take long, and say nothing more about an engine.
const files = readdirSync(vectorsFolder).filter((file) => file.endsWith('.jsonl.gz') && !file.startsWith('random'));

/** Defines the tests of an engine. Each engine has a file: the native parts of two do not get along in one process. */
export const conformanceOn = (engine: StateName): void => {
  it.each(files)(
    '%s with every write and read through the engine: none fails, and as many pass as in memory',
    async (file) => {
      const options = { runner: driverRunner, withState: await caseState(engine) };
      const verdicts = await runFile(join(vectorsFolder, file), options);
      expect(formatDetails(verdicts, false)).toEqual([]);
      expect(countVerdicts(verdicts).passed).toBeGreaterThanOrEqual(record[file]?.driver ?? Number.NaN);
    },
  );
};
