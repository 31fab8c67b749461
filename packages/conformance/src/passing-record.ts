import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many cases of a file pass, on the test driver and on the whole runtime. */
export interface PassingRecord {
  readonly driver: number;
  readonly runtime: number;
}

/** Where the recorded answers lie that the tests run. */
export const vectorsFolder: string = join(import.meta.dirname, '../vectors');

/** Where it lies how many of them pass: support must not shrink. */
export const passingRecordFile: string = join(vectorsFolder, 'passing.json');

export const readPassingRecord = (): Readonly<Record<string, PassingRecord>> =>
  existsSync(passingRecordFile) ? JSON.parse(readFileSync(passingRecordFile, 'utf8')) : {};
