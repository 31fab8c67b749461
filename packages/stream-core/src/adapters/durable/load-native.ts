import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { errorMessage, StreamsError } from '../../errors/streams-error.ts';

/** A package that a state engine needs, in the one version whose behaviour is known. */
export interface NativePackage {
  readonly name: string;
  readonly version: string;
  /** Whom it has builds for. */
  readonly builds: string;
}

const missing = ({ name, version, builds }: NativePackage, problem: string, cause?: unknown): StreamsError =>
  new StreamsError(
    'STATE_ENGINE_MISSING',
    `The state engine needs the package ${name} ${version}, ${problem}. Install it with: npm install --save-exact ${name}@${version}. It has builds for ${builds}; elsewhere use another engine`,
    { cause },
  );

/** The version of the package that a file belongs to; null when none of that name is found above it. */
const versionOf = (file: string, name: string): string | null => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
      if (manifest['name'] === name) return String(manifest['version']);
    } catch {
      // No package ends here: the search goes on above.
    }
  }
  return null;
};

/**
 * Loads an optional peer, at once and not with the first record.
 *
 * @param find the path of the package's main file
 * @param load the package
 * @throws StreamsError STATE_ENGINE_MISSING when it is not installed, in another version, or has no build for this machine
 */
export const loadNative = (wanted: NativePackage, find: () => string, load: () => unknown): unknown => {
  let path: string;
  try {
    path = find();
  } catch (error) {
    throw missing(wanted, 'which is not installed', error);
  }
  const version = versionOf(path, wanted.name);
  if (version !== wanted.version) throw missing(wanted, `but ${version ?? 'another one'} is installed`);
  try {
    return load();
  } catch (error) {
    const machine = `${process.platform}-${process.arch}`;
    throw missing(wanted, `which cannot be loaded on this machine (${machine}): ${errorMessage(error)}`, error);
  }
};
