import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepResult } from './run-step.ts';
import { runStep } from './run-step.ts';

const published = [
  { folder: 'packages/stream-core', isImported: true },
  // A command alone: it has no types to resolve.
  { folder: 'packages/pipelines', isImported: false },
];

/** Packs what is published and lints the packed files, not the sources. */
const packed = async (): Promise<StepResult[]> => {
  const results: StepResult[] = [];
  for (const { folder, isImported } of published) {
    const target = await mkdtemp(join(tmpdir(), 'millrace-pack-'));
    const file = join(target, 'package.tgz');
    try {
      results.push(await runStep(`pack ${folder}`, 'pnpm', ['-C', folder, 'pack', '--out', file]));
      results.push(await runStep(`publint ${folder}`, 'publint', ['run', '--strict', '--pack', 'false', file]));
      if (isImported) results.push(await runStep(`attw ${folder}`, 'attw', [file, '--profile', 'esm-only']));
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  }
  return results;
};

/** Every gate but the tests: format, lint, layers, types, dead code, packed packages. */
export const runGates = async (): Promise<readonly StepResult[]> => [
  await runStep('format, lint, layers, cycles', 'biome', ['ci', '--error-on-warnings', '.']),
  await runStep('types of the sources', 'tsc', ['-b']),
  await runStep('types of the tests', 'tsc', ['-p', 'tsconfig.test.json']),
  await runStep('dead code', 'knip', ['--config', 'knip.json']),
  ...(await packed()),
];
