import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

import { errorCodes } from './codes.ts';

test('every code has a heading in the documentation of errors, and every heading there is a code', async () => {
  const text = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
  const headings = [...text.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
  expect(headings.sort()).toEqual(Object.keys(errorCodes).sort());
});

test('what a handler of records decides about is never retriable: the same bytes fail again', () => {
  const retriable = Object.entries(errorCodes).filter(([, { scope, retriable: again }]) => scope === 'record' && again);
  expect(retriable).toEqual([]);
});

test('every code says in one sentence what happened', () => {
  for (const [code, { summary }] of Object.entries(errorCodes)) expect(summary, code).toMatch(/^[A-Z][^.]*\.$/);
});
