import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { checkErrorHeadings, checkLinks } from './tidy/check-docs.ts';
import { checkPublicDocs } from './tidy/check-public-docs.ts';
import { checkDeterminism, checkLeftovers, checkLength, checkName } from './tidy/check-source-files.ts';
import { tidyProblems } from './tidy.ts';

const core = 'packages/stream-core/src';

test('the workspace keeps its own rules', () => {
  expect(tidyProblems(fileURLToPath(new URL('..', import.meta.url)))).toEqual([]);
});

describe('what the rules catch', () => {
  test('a file that is too long', () => {
    const file = { path: `${core}/a.ts`, text: 'x\n'.repeat(301) };
    expect(checkLength(file)).toHaveLength(1);
    expect(checkLength({ ...file, text: 'x\n'.repeat(300) })).toEqual([]);
    expect(checkLength({ ...file, path: `${core}/kstream/api.ts` })).toEqual([]);
  });

  test('a file that is called unlike what it exports', () => {
    expect(checkName({ path: `${core}/record-queue.ts`, text: 'export class RecordQueue {}' })).toEqual([]);
    expect(checkName({ path: `${core}/record-queue.ts`, text: 'export class PartitionGroup {}' })).toHaveLength(1);
  });

  test('the wall clock, timers and chance inside the library', () => {
    const text = 'const now = Date.now();\nsetTimeout(f, 1);\n// Date.now() in a comment\n';
    expect(checkDeterminism({ path: `${core}/runtime/a.ts`, text })).toHaveLength(2);
    expect(checkDeterminism({ path: `${core}/common/clock.ts`, text })).toEqual([]);
  });

  test('a note that work is left', () => {
    expect(checkLeftovers({ path: `${core}/a.ts`, text: `// ${'TO'}DO: later` })).toHaveLength(1);
  });

  test('a link that leads nowhere, and an anchor without a heading', () => {
    const files = [
      { path: 'docs/a.md', text: '# A\n[b](b.md#the-second) [c](c.md) [d](b.md#third) [web](https://x.org/y)' },
      { path: 'docs/b.md', text: '# B\n## The `second`\n' },
    ];
    const exists = (path: string) => files.some((file) => file.path === path);
    expect(checkLinks(files, exists)).toEqual([
      'docs/a.md: c.md leads nowhere',
      'docs/a.md: docs/b.md has no heading for #third',
    ]);
  });

  test('an error code without a heading, and a heading without a code', () => {
    const errors = { path: 'docs/errors.md', text: '# Errors\n### A_B\n### GONE\n' };
    expect(checkErrorHeadings(errors, ['A_B', 'C_D'])).toHaveLength(2);
  });

  test('a public export without a doc comment', () => {
    const door = { path: `${core}/index.ts`, text: "export { a, b } from './x.ts';\nexport type { C } from './y.ts';" };
    const files = [
      { path: `${core}/x.ts`, text: '/** Documented. */\nexport const a = 1;\nexport const b = 2;\n' },
      { path: `${core}/y.ts`, text: 'interface C {}\n' },
    ];
    expect(checkPublicDocs(door, files)).toEqual([
      `${core}/x.ts: b is public and has no doc comment`,
      `${core}/index.ts: ${core}/y.ts does not declare C`,
    ]);
  });
});
