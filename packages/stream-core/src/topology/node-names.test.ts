import fc from 'fast-check';
import { expect, test } from 'vitest';

import { TopologyError } from '../errors/streams-error.ts';
import { validateName } from './node-names.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.';

test('ASCII letters, digits, dots, underscores and hyphens make a name', () => {
  const name = fc.string({ unit: fc.constantFrom(...letters), minLength: 3, maxLength: 249 });
  fc.assert(
    fc.property(name, (valid) => {
      expect(() => validateName(valid)).not.toThrow();
    }),
  );
  for (const valid of ['a', '-', '...', '..a', 'x'.repeat(249)]) expect(() => validateName(valid)).not.toThrow();
});

test.each([
  ['', 'a name must not be empty'],
  ['.', "a name must not be '.' or '..'"],
  ['..', "a name must not be '.' or '..'"],
  ['x'.repeat(250), 'a name has at most 249 characters'],
  ['two words', 'the name has a character that topics cannot have'],
  ['a/b', 'the name has a character that topics cannot have'],
  ['é', 'the name has a character that topics cannot have'],
  ['line\n', 'the name has a character that topics cannot have'],
])('%j is refused with what a name may be: %s', (name, problem) => {
  expect(() => validateName(name)).toThrow(TopologyError);
  expect(() => validateName(name)).toThrow(
    expect.objectContaining({
      problems: [{ where: name, problem, remedy: "use ASCII letters, digits, '.', '_' and '-'" }],
    }),
  );
});
