import { execFileSync } from 'node:child_process';

/** Where seeds that others run by hand do not lie. */
const firstFresh = 1_000_000;
const span = 1_000_000;

/** The commit that is tested: what the environment says, else what git says; `unknown` where there is neither. */
const commitHash = (): string => {
  const given = process.env['SIMULATE_COMMIT'] ?? process.env['GITHUB_SHA'];
  if (given !== undefined && given !== '') return given;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
};

/** Seeds that follow from a commit: every commit has others, and the same commit has the same. */
export const seedsOf = (commit: string, count: number): readonly number[] => {
  const digits = Number.parseInt(commit.slice(0, 8), 16);
  const from = firstFresh + (Number.isNaN(digits) ? 0 : digits % span);
  return Array.from({ length: count }, (_, index) => from + index);
};

/** What is run once for a commit, and the words that name it. */
export const freshSeeds = (count: number): { readonly seeds: readonly number[]; readonly name: string } => {
  const commit = commitHash();
  const seeds = seedsOf(commit, count);
  return { seeds, name: `seeds ${seeds[0]}..${seeds.at(-1)} of commit ${commit.slice(0, 8)}` };
};
