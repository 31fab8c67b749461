import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const fileName = (path: string): string => `${path.replace(/^\.\/?/, '').replaceAll('/', '-') || 'main'}.txt`;

/** All names that a door lets out, types too, sorted. */
const namesOf = async (door: string): Promise<readonly string[]> => {
  const text = await readFile(new URL(`../${door}`, import.meta.url), 'utf8');
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .sort();
};

describe('the public names, which change only on purpose', () => {
  test.each(Object.entries(manifest.exports))('%s', async (path, targets) => {
    const names = await namesOf(targets['@millrace/source'] ?? '');
    expect(names.length).toBeLessThanOrEqual(200);
    await expect(`${names.join('\n')}\n`).toMatchFileSnapshot(`exports/${fileName(path)}`);
  });
});
