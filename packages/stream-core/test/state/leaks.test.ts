import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { linesOf, run } from './child-process.ts';
import { onBothEngines, temporaryDirectory } from './engines.ts';

const program = fileURLToPath(new URL('leak-child.ts', import.meta.url));

onBothEngines((name) => {
  test('40 databases, 50,000 gets and 10,000 ranges left early leave no memory behind', { timeout: 120_000 }, () => {
    const numbers = ['40', '50000', '10000'];
    const flags = ['--expose-gc', '--conditions=@millrace/source'];
    const result = run([process.execPath, ...flags, program, name, temporaryDirectory(), ...numbers]);
    const resident = JSON.parse(linesOf(result)[0] ?? '[]') as number[];
    // A range that stayed open would hold a megabyte here, and a database several.
    expect((resident.at(-1) ?? Number.NaN) - (resident[1] ?? Number.NaN), String(resident)).toBeLessThan(40);
  });
});
