import { resolve } from 'node:path';
import type { Catch } from './first-catch.ts';
import { catchOf, firstCatch } from './first-catch.ts';
import type { KnownCatch } from './known-mutations.ts';
import { bugOf, descriptionOf, knownPatches, writeCatches } from './known-mutations.ts';
import { MutatedCheckout } from './mutated-checkout.ts';
import { MutationError } from './mutation-error.ts';
import type { SeedRange } from './run-seeds.ts';
import { runSeeds } from './run-seeds.ts';

/** What the command was asked for. */
export interface MutateOptions {
  /** A unified diff, or `all` for those that are kept here. */
  readonly patch: string;
  readonly range: SeedRange;
  /** Whether the seeds behind the first catch are run too. */
  readonly goesOn: boolean;
  /** Whether what was found is written down for tests and documentation. */
  readonly writes: boolean;
  readonly print: (line: string) => void;
}

const words = ({ seed, topology, checkers }: KnownCatch): string =>
  `caught by seed ${seed} of ${topology}: ${checkers.join(', ')}`;

const seedsOf = ({ from, to }: SeedRange): string => `seeds ${from}..${to}`;

const tell = ({ violations, ...known }: Catch, print: MutateOptions['print']): void => {
  print(words(known));
  for (const violation of violations) print(`  ${violation}`);
};

const mutateOnce = async ({ patch, range, goesOn, print }: MutateOptions): Promise<number> => {
  using checkout = new MutatedCheckout();
  await checkout.apply(resolve(patch));
  let [passed, first] = [0, null as Catch | null];
  let failed = 0;
  for await (const report of runSeeds(checkout.root, range)) {
    const found = await catchOf(report, range);
    if (found === null && report.violations.length > 0) {
      print(`seed ${report.seed} of ${report.simulation} fails without the patch too, and counts for nothing`);
    }
    if (found === null) {
      passed++;
      continue;
    }
    failed++;
    first ??= found;
    tell(found, print);
    if (!goesOn) break;
  }
  print(`${passed} passed, ${failed} failed`);
  print(first === null ? `not caught by ${seedsOf(range)}` : words(first));
  return first === null ? 0 : 1;
};

/** Tries the patches that nobody else has taken yet. */
const tryPatches = async (
  patches: Iterator<string>,
  catches: Map<string, KnownCatch>,
  { range, print }: MutateOptions,
): Promise<void> => {
  using checkout = new MutatedCheckout();
  for (let next = patches.next(); next.done !== true; next = patches.next()) {
    const patch = next.value;
    await checkout.apply(patch);
    const found = await firstCatch(checkout.root, range);
    await checkout.revert(patch);
    if (found === null) {
      print(`${bugOf(patch)}: not caught by ${seedsOf(range)} (${descriptionOf(patch)})`);
      continue;
    }
    const { violations: _violations, ...known } = found;
    catches.set(bugOf(patch), known);
    print(`${bugOf(patch)}: ${words(known)}`);
  }
};

const mutateAll = async (options: MutateOptions): Promise<number> => {
  const catches = new Map<string, KnownCatch>();
  const patches = knownPatches.values();
  await Promise.all([tryPatches(patches, catches, options), tryPatches(patches, catches, options)]);
  if (options.writes) writeCatches(catches);
  const missed = knownPatches.length - catches.size;
  options.print(`${catches.size} caught, ${missed} not caught`);
  return missed === 0 ? 0 : 1;
};

/**
 * Runs seeds on a copy of the sources that has a bug in it.
 *
 * @returns how the process shall exit. As without a bug, a seed that fails makes it 1: the bug was caught. 0 when no seed
 *   showed it, 2 when the patch is of no use. With `all` it is the other way round, since there it is the checkers that
 *   are tested: 0 when every bug was caught, 1 when one was not
 */
export const mutate = async (options: MutateOptions): Promise<number> => {
  // The copy and the processes that run on it go with the process, which has to end in order also when it is told twice.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  try {
    return await (options.patch === 'all' ? mutateAll(options) : mutateOnce(options));
  } catch (error) {
    if (!(error instanceof MutationError)) throw error;
    options.print(error.message);
    return 2;
  }
};
