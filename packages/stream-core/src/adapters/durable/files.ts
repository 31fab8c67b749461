import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code of an error of the file system, for example ENOENT. */
const fileErrorCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const isMissing = (error: unknown): boolean => fileErrorCode(error) === 'ENOENT';

/** The names in a directory, sorted; none when it does not exist. */
export const namesIn = (path: string): string[] => {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

export const isDirectory = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The text of a file; null when there is none. */
export const readText = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Makes names in a directory outlive a power loss. Windows does this by itself and refuses to be asked. */
export const syncDirectory = (path: string): void => {
  if (process.platform !== 'win32') syncFile(path);
};

/** Makes the content of a file outlive a power loss. */
const syncFile = (path: string): void => {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** Writes a file and its name through to the disk. */
export const writeDurably = (directory: string, name: string, text: string): void => {
  const path = join(directory, name);
  writeFileSync(path, text, { flush: true });
  syncDirectory(directory);
};
