import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The lines of a file of cases, `.jsonl` or `.jsonl.gz`, without empty ones. */
export const readCaseLines = (path: string): string[] => {
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  return text.split('\n').filter((line) => line.trim() !== '');
};
