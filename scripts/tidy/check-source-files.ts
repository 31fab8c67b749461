import { basename } from 'node:path';

import type { TreeFile } from './source-tree.ts';

const linesMax = 300;

// Every entry says why.
const longFiles = new Map([
  // Mutually recursive interfaces may be recursive only within one file.
  ['packages/stream-core/src/kstream/api.ts', 500],
]);

const isGenerated = (path: string): boolean => path.includes('/generated/');

/** Files that stay small enough to be read at once. */
export const checkLength = ({ path, text }: TreeFile): string[] => {
  const lines = text.split('\n').length - 1;
  const max = longFiles.get(path) ?? linesMax;
  return path.endsWith('.ts') && !isGenerated(path) && lines > max ? [`${path}: ${lines} lines, more than ${max}`] : [];
};

const exportedClasses = (text: string): string[] =>
  [...text.matchAll(/^export (?:abstract )?class (\w+)/gm)]
    .map(([, name]) => name as string)
    .filter((name) => !name.endsWith('Error'));

/** A class is found in the file that is called after it, whole or by its first words. Errors stand where they are thrown. */
export const checkName = ({ path, text }: TreeFile): string[] => {
  if (!/\/src\/.*\.ts$/.test(path) || /(\.test|\.test-d)\.ts$/.test(path)) return [];
  const classes = exportedClasses(text);
  const name = basename(path, '.ts').replaceAll('-', '');
  const isNamed = classes.length === 0 || classes.some((exported) => exported.toLowerCase().startsWith(name));
  return isNamed ? [] : [`${path}: its classes are called otherwise (${classes.join(', ')})`];
};

const wallClock = /\b(?:Date\.now|performance\.now|setTimeout|setInterval|Math\.random)\(|\bnew Date\(\)/;

/** In the library only two files may name the wall clock, timers and chance. */
export const checkDeterminism = ({ path, text }: TreeFile): string[] => {
  if (!path.startsWith('packages/stream-core/src/') || /(\.test|\.test-d)\.ts$/.test(path)) return [];
  if (path.endsWith('/common/clock.ts') || path.endsWith('/common/chance.ts')) return [];
  return text
    .split('\n')
    .flatMap((line, index) =>
      wallClock.test(line) && !/^\s*(?:\*|\/\/|\/\*)/.test(line)
        ? [`${path}:${index + 1}: time and chance are injected: ${line.trim()}`]
        : [],
    );
};

/** Work that is left is an issue, not a comment. */
export const checkLeftovers = ({ path, text }: TreeFile): string[] =>
  path.endsWith('.ts') && !path.startsWith('scripts/tidy') && /\b(?:TODO|FIXME|XXX)\b/.test(text)
    ? [`${path}: a comment says that work is left`]
    : [];
