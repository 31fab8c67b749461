import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

import { recordedEdges } from './recorded-edges.ts';

// The page says what there is for every method of Kafka Streams; here it is held to that.

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

const page = await read('../../../docs/kafka-streams-parity.md');
const door = await read('../src/index.ts');

const rows = page
  .slice(page.indexOf('## Every method'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** The source file that the public door takes a name from; null for a name that is not public. */
const fileOf = (name: string): string | null => {
  for (const [, names = '', file = ''] of door.matchAll(/export (?:type )?\{([^}]*)\} from '([^']*)'/g)) {
    if (names.split(',').some((each) => each.trim() === name)) return file;
  }
  return null;
};

/** The text of an interface, class or object of a file, to the brace that ends it. */
const bodyOf = (text: string, name: string): string => {
  const start = text.search(new RegExp(`^(export )?(abstract )?(interface|class|const) ${name}\\b`, 'm'));
  return start < 0 ? '' : text.slice(start, text.indexOf('\n}', start));
};

/** Where a file has a name from, by the root of the source. */
const importedBy = (text: string, file: string, name: string): string | null => {
  const found = new RegExp(`^import (type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '([^']*)'`, 'm').exec(text);
  return found?.[2] === undefined ? null : new URL(found[2], `file:///${file}`).pathname.slice(1);
};

const memberExists = async (name: string, member: string, file = fileOf(name)): Promise<boolean> => {
  if (file === null) return false;
  const text = await read(`../src/${file}`);
  const isMember = (body: string): boolean => new RegExp(`^ {2}(readonly |async |get )?${member}\\b`, 'm').test(body);
  const body = bodyOf(text, name);
  // Most options have their name from Named; processors share a context.
  const bases = [...body.matchAll(/extends ([^{]*)\{/g)].flatMap(([, list = '']) => list.match(/\b[A-Z]\w+\b/g) ?? []);
  if (isMember(body)) return true;
  for (const base of bases) {
    const from = fileOf(base) ?? importedBy(text, file, base) ?? (bodyOf(text, base) === '' ? null : file);
    if (from !== null && (await memberExists(base, member, from))) return true;
  }
  return false;
};

test('every method of Kafka Streams is on the page, each once', () => {
  const methods = recordedEdges<{ readonly class: string; readonly methods: readonly string[] }>('methods');
  const expected = methods.flatMap((one) => one.methods.map((method) => `\`${one.class}.${method}\``));
  expect(rows.map(([, java]) => java)).toEqual(expected);
});

test('every name of ours on the page exists', async () => {
  const names = new Set(
    rows.flatMap(([, , here = '']) => [...here.matchAll(/`([^`]*)`/g)].map(([, name = '']) => name)),
  );
  expect(names.size).toBeGreaterThan(100);
  const missing: string[] = [];
  for (const name of names) {
    const [owner = '', member] = name.split('.');
    const exists = member === undefined ? fileOf(owner) !== null : await memberExists(owner, member);
    if (!exists) missing.push(name);
  }
  expect(missing).toEqual([]);
});
