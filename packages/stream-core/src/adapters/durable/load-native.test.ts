import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

import { loadNative } from './load-native.ts';

const require = createRequire(import.meta.url);
const wanted = { name: 'lmdb', version: '3.5.6', builds: 'some machines' };
const missingName: string = 'no-such-engine';
const find = (): string => require.resolve('lmdb');

const missing = (message: RegExp) =>
  expect.objectContaining({ code: 'STATE_ENGINE_MISSING', message: expect.stringMatching(message) });

test('a package that is not installed is named, with its version and what to do', () => {
  const none = () =>
    loadNative(
      { ...wanted, name: missingName },
      () => require.resolve(missingName),
      () => 0,
    );
  expect(none).toThrow(missing(/no-such-engine 3\.5\.6, which is not installed.*npm install .*no-such-engine@3\.5\.6/));
});

test('a package of another version is refused', () => {
  expect(() => loadNative({ ...wanted, version: '3.5.5' }, find, () => 0)).toThrow(missing(/but 3\.5\.6 is installed/));
});

test('a package without a build for this machine says which machines it has builds for', () => {
  const load = () => {
    throw new Error('No native build was found');
  };
  expect(() => loadNative(wanted, find, load)).toThrow(missing(/No native build was found.*builds for some machines/));
});

test('a package that is there is loaded', () => {
  expect(loadNative(wanted, find, () => 'it')).toBe('it');
});
