import { describe, expect, it } from 'vitest';
import { readCase } from './case.ts';
import { CaseError } from './decode.ts';

const read = (...topology: unknown[]) =>
  readCase(JSON.stringify({ name: 'n', config: {}, topology, input: [], expected: {} }));

describe('reading a case', () => {
  it('fills in the defaults of the language', () => {
    const { config, topology } = read({ op: 'stream', id: 'a', topic: 't' });
    expect(config).toMatchObject({ 'application.id': 'app', 'topology.optimization': 'none', wallClockStart: 0 });
    expect(topology[0]).toMatchObject({ op: 'stream', key: 'string', value: 'string', named: null, topics: null });
  });

  it('takes configuration values as strings or numbers', () => {
    const line = JSON.stringify({
      name: 'n',
      config: { 'statestore.cache.max.bytes': '0', wallClockStart: 50 },
      topology: [],
      input: [],
      expected: {},
    });
    expect(readCase(line).config).toMatchObject({ 'statestore.cache.max.bytes': 0, wallClockStart: 50 });
  });

  it.each([
    [{ op: 'fliter', id: 'a', from: 'b' }, 'there is no op fliter'],
    [{ op: 'peek', id: 'a' }, 'from: text is needed, not nothing'],
    [{ op: 'peek', id: 'a', from: 'b', with: 'c' }, 'unknown field with'],
    [{ op: 'mapValues', id: 'a', from: 'b', fn: { name: 'lower' } }, 'there is no name lower'],
    [{ op: 'mapValues', id: 'a', from: 'b', fn: { name: 'constructor' } }, 'there is no name constructor'],
    [{ op: 'stream', id: 'a', topic: 't', key: 'float' }, 'string or long or integer or double is needed'],
  ])('refuses %j', (op, message) => {
    expect(() => read(op)).toThrow(CaseError);
    expect(() => read(op)).toThrow(message);
  });
});
