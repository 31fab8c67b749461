import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));

const answer = { k: 'YQ==', v: 'eA==', ts: 5 };
const describeText = [
  'Topologies:',
  '   Sub-topology: 0',
  '    Sink: KSTREAM-SINK-0000000001 (topic: out)',
  '      <-- KSTREAM-SOURCE-0000000000',
  '    Source: KSTREAM-SOURCE-0000000000 (topics: [in])',
  '      --> KSTREAM-SINK-0000000001',
  '',
].join('\n');

const caseLine = (name: string, value: string, ...more: readonly object[]): string =>
  JSON.stringify({
    name,
    config: {},
    topology: [{ id: 'a', op: 'stream', topic: 'in' }, { op: 'to', from: 'a', topic: 'out' }, ...more],
    input: [{ topic: 'in', key: 'a', value, ts: 5 }],
    expected: { describe: describeText, topics: { out: [answer] }, stores: {}, error: null },
  });

const fileOf = (name: string, ...lines: string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
};

const run = async (...args: string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err: err.join('\n') };
};

// What the whole runtime cannot be held to: no broker takes such a name.
const refused = caseLine('two', 'x').replaceAll('"out"', '"out put"');
const good = fileOf('good.jsonl', caseLine('one', 'x'), refused);
const bad = fileOf('bad.jsonl', caseLine('three', 'y'));

describe('the conformance command', () => {
  it('counts per file and at the end, each alone on a line', async () => {
    const { code, out } = await run('--runtime', good);
    expect(out).toEqual([good, '1 passed, 0 failed, 1 unsupported', 'all files', '1 passed, 0 failed, 1 unsupported']);
    expect(code).toBe(0);
  });

  it('prints the first difference of a failed case and exits with 1', async () => {
    const { code, out } = await run('--runtime', good, bad);
    expect(out).toContain('FAILED three');
    expect(out.join('\n')).toContain('topics out, record 0 (1 expected, 1 got): value\n    expected "a" -> "x" @5');
    expect(out.at(-1)).toBe('1 passed, 1 failed, 1 unsupported');
    expect(code).toBe(1);
  });

  it('filters by name, and lists what is unsupported', async () => {
    const { out } = await run('--runtime', '--only', 'two', '--list-unsupported', good);
    expect(out).toContain('UNSUPPORTED two: topic names that a broker refuses');
    expect(out.at(-1)).toBe('0 passed, 0 failed, 1 unsupported');
  });

  it('refuses unknown flags, missing files and no files with 2', async () => {
    expect(await run('--wrong', good)).toMatchObject({ code: 2, err: expect.stringContaining('--wrong') });
    expect(await run(join(folder, 'none.jsonl'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('none.jsonl'),
    });
    expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('usage') });
  });
});
