import { join } from 'node:path';

import { readText, writeDurably } from './files.ts';
import { stateError } from './state-error.ts';

const fileName = 'process.json';
/** The version of the file. */
const fileVersion = 1;

interface ProcessFile {
  readonly version: number;
  readonly processId: string;
}

/** What a file says; null when it is damaged. */
const parse = (text: string): Partial<ProcessFile> | null => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
};

/**
 * The process id that is kept in a directory. `make` gives one where there is none, or none that can be read: nothing is
 * lost with it but that a restart fences its predecessor at once.
 *
 * @throws StreamsError STATE_FORMAT_UNSUPPORTED when a newer version wrote it
 */
export const keptProcessId = (directory: string, make: () => string): string => {
  const text = readText(join(directory, fileName));
  const { version, processId } = (text === null ? null : parse(text)) ?? {};
  if (typeof version === 'number' && version > fileVersion) {
    throw stateError(
      'STATE_FORMAT_UNSUPPORTED',
      `${join(directory, fileName)} has version ${version}; this version reads up to ${fileVersion}. Run the newer version, or delete the file`,
    );
  }
  if (version === fileVersion && typeof processId === 'string' && /^[\w-]+$/.test(processId)) return processId;
  const made = make();
  const file: ProcessFile = { version: fileVersion, processId: made };
  writeDurably(directory, fileName, `${JSON.stringify(file)}\n`);
  return made;
};
