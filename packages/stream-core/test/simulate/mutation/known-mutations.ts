import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catch } from './first-catch.ts';
import { checkoutRoot } from './mutated-checkout.ts';

/** The seed that shows a bug first, and who complains then. */
export type KnownCatch = Omit<Catch, 'violations'>;

const folder = fileURLToPath(new URL('../mutations/', import.meta.url));
const dataFile = join(folder, 'caught.json');
const page = join(checkoutRoot, 'docs', 'testing.md');
const [tableBegin, tableEnd] = ['<!-- planted bugs: begin -->', '<!-- planted bugs: end -->'];

/** The patches that are kept here, by name. */
export const knownPatches: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.patch'))
  .sort()
  .map((name) => join(folder, name));

/** The name of a bug: that of its patch. */
export const bugOf = (patch: string): string => basename(patch, '.patch');

/** What the bug is, in the words that stand before the diff. */
export const descriptionOf = (patch: string): string =>
  readFileSync(patch, 'utf8')
    .split(/^(?:diff |--- )/m, 1)
    .join()
    .trim()
    .replaceAll('\n', ' ');

/** What was found when it was last written down, by bug. */
export const readCatches = (): ReadonlyMap<string, KnownCatch> => {
  const data: Record<string, KnownCatch> = JSON.parse(readFileSync(dataFile, 'utf8'));
  return new Map(Object.entries(data));
};

/** The rows of the documentation. */
export const catchTable = (catches: ReadonlyMap<string, KnownCatch>): string => {
  const rows = knownPatches.map((patch) => {
    const known = catches.get(bugOf(patch));
    const link = `[${bugOf(patch)}](../packages/stream-core/test/simulate/mutations/${basename(patch)})`;
    const found =
      known === undefined ? 'not caught | |' : `${known.seed} (${known.topology}) | ${known.checkers.join(', ')} |`;
    return `| ${descriptionOf(patch)} | ${link} | ${found}`;
  });
  return ['| bug | patch | first seed | who complains |', '|---|---|---|---|', ...rows].join('\n');
};

/** The page without its table, and the table in it. */
const split = (): { readonly before: string; readonly table: string; readonly after: string } => {
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(`${tableBegin}\n`);
  const [table = '', after = ''] = rest.split(`\n${tableEnd}`);
  return { before, table, after };
};

/** The table as it stands in the documentation. */
export const documentedTable = (): string => split().table;

/** Writes down what was found: for the tests, and in the documentation. */
export const writeCatches = (catches: ReadonlyMap<string, KnownCatch>): void => {
  const sorted = [...catches].sort(([one], [other]) => one.localeCompare(other));
  const lines = sorted.map(([bug, { seed, topology, checkers }]) => {
    const names = checkers.map((name) => JSON.stringify(name)).join(', ');
    // As the formatter has it.
    return `  "${bug}": {\n    "seed": ${seed},\n    "topology": "${topology}",\n    "checkers": [${names}]\n  }`;
  });
  writeFileSync(dataFile, `{\n${lines.join(',\n')}\n}\n`);
  const { before, after } = split();
  writeFileSync(page, `${before}${tableBegin}\n${catchTable(catches)}\n${tableEnd}${after}`);
};
