import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulations } from '../simulations.ts';
import { firstCatch } from './first-catch.ts';
import { bugOf, catchTable, descriptionOf, documentedTable, knownPatches, readCatches } from './known-mutations.ts';
import { MutatedCheckout } from './mutated-checkout.ts';

/**
 * What changes in the library changes what happens in a seed. A bug may then show a little later than was written down;
 * when it does not, `pnpm simulate --mutation all --write` finds out where it does.
 */
const furtherSeeds = 20;

/** Where the topologies are that are not of this package. */
const furtherModules = ['packages/pipelines/test/simulate/simulations.ts'];

const catches = readCatches();

describe.concurrent('a planted bug is caught', () => {
  test.each(knownPatches.map((patch) => [bugOf(patch), patch] as const))(
    '%s',
    async (bug, patch) => {
      using checkout = new MutatedCheckout();
      await checkout.apply(patch);
      const known = catches.get(bug);
      expect(known, 'it was written down which seed catches it').toBeDefined();
      const { seed: from = 0, topology = null } = known ?? {};
      const modules = simulations.some(({ name }) => name === topology) ? [] : furtherModules;
      const found = await firstCatch(checkout.root, {
        from,
        to: from + furtherSeeds,
        topology,
        guarantee: null,
        modules,
      });
      expect(found?.checkers.length).toBeGreaterThan(0);
    },
    120_000,
  );
});

test('the documentation has the table of what catches what', () => {
  expect(knownPatches.length).toBeGreaterThanOrEqual(15);
  expect(documentedTable()).toBe(catchTable(catches));
  for (const patch of knownPatches) expect(descriptionOf(patch)).toMatch(/^[A-Z].*\.$/);
});

describe('a patch that is of no use', () => {
  const refused = async (name: string, text: string): Promise<void> => {
    using checkout = new MutatedCheckout();
    const patch = join(checkout.root, name);
    writeFileSync(patch, text);
    await checkout.apply(patch);
  };
  const diff = (path: string, before: string): string =>
    `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${before}\n+// Nothing is as it was.\n`;

  test('does not apply to the sources', async () => {
    const file = 'packages/stream-core/src/common/chance.ts';
    await expect(refused('stale.patch', diff(file, 'what never stood there'))).rejects.toThrow('does not apply');
    await expect(refused('none.patch', 'no diff at all\n')).rejects.toThrow('does not apply');
  });

  test('changes tests alone', async () => {
    const first =
      '// Runs seeds in a process of its own, and writes a line when each begins and another when it has ended.';
    const file = 'packages/stream-core/test/simulate/mutation/seeds-child.ts';
    await expect(refused('test.patch', diff(file, first))).rejects.toThrow('changes no production code');
  });

  test('is not there', async () => {
    using checkout = new MutatedCheckout();
    await expect(checkout.apply(join(tmpdir(), 'there-is-no.patch'))).rejects.toThrow('There is no file');
  });
});
