import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatherSettings } from './gather-settings.ts';
import type { Setting } from './setting.ts';

const settings: readonly Setting[] = [
  { name: 'bootstrap', kind: 'value', help: '' },
  { name: 'create-topics', kind: 'switch', help: '' },
  { name: 'sasl-password', kind: 'secret', help: '' },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (content: unknown): string => {
  const path = join(folder, 'config.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const gather = (args: readonly string[], env: Record<string, string> = {}) => {
  const { values, problems } = gatherSettings(settings, { args, env });
  return { values: Object.fromEntries([...values].map(([name, { text }]) => [name, text])), problems };
};

describe('a setting', () => {
  test('may be a flag, a variable or in a file, and counts in that order', () => {
    const path = file({ bootstrap: 'file:1', createTopics: true, saslPassword: 'p' });
    expect(gather(['--config', path]).values).toMatchObject({
      bootstrap: 'file:1',
      'create-topics': 'true',
      'sasl-password': 'p',
    });
    const env = { MILLRACE_BOOTSTRAP: 'env:1', MILLRACE_CONFIG: path };
    expect(gather([], env).values).toMatchObject({ bootstrap: 'env:1', 'create-topics': 'true' });
    const args = ['--bootstrap=flag:1', '--no-create-topics'];
    expect(gather(args, env).values).toMatchObject({ bootstrap: 'flag:1', 'create-topics': 'false' });
  });

  test('of an empty variable is none', () => {
    expect(gather([], { MILLRACE_BOOTSTRAP: '' })).toEqual({ values: {}, problems: [] });
  });

  test('may be a list in a file', () => {
    expect(gather(['--config', file({ bootstrap: ['a:1', 'b:2'] })]).values['bootstrap']).toBe('a:1,b:2');
  });
});

test('everything that is wrong is told at once', () => {
  const path = file({ bootstrp: 'x', createTopics: {} });
  const args = ['--bootstrp', 'x', '--create-topics=yes', '--bootstrap', '--create-topics', '--config', path];
  expect(gather(args).problems).toEqual([
    '--bootstrp: there is no such option',
    'x: there is nothing it could mean',
    '--create-topics: it takes no value; use --create-topics or --no-create-topics',
    '--bootstrap: the value is missing',
    `bootstrp in ${path}: there is no such setting`,
    `createTopics in ${path}: give a text, a number, true, false or a list of texts`,
  ]);
});

test('a secret is never a flag, and is repeated nowhere', () => {
  const { values, problems } = gather(['--sasl-password=hunter2', '--sasl-password', 'hunter2']);
  expect(values).toEqual({});
  expect(problems[0]).toBe(
    '--sasl-password: a secret is never a flag; set MILLRACE_SASL_PASSWORD, or saslPassword in the file of --config',
  );
  expect(problems.join()).not.toContain('hunter2');
});

test.each(['{"saslPassword": "hunter2"', '["hunter2"]'])('a file that is no JSON object is not quoted', (content) => {
  const { problems } = gather(['--config', file(content)]);
  expect(problems).toEqual([expect.stringMatching(/^--config .*: it is no JSON object$/u)]);
});

test('a file that is not there is named', () => {
  expect(gather(['--config', '/nowhere/x.json']).problems).toEqual([
    '--config /nowhere/x.json: ENOENT; give the path of a JSON file',
  ]);
});
