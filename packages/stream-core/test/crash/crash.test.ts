import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { durableEngines } from '../durable-state.ts';
import { runPerEngine } from '../per-engine.ts';
import type { CrashReport } from './crash-run.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

// Five kills on each engine; `pnpm test:crash` does two hundred.
test.each(durableEngines)(
  '%s: a killed application goes on from its database, and nothing is different',
  async (engine) => {
    const args = ['--kills', '5', '--seed', '7'];
    const [report] = await runPerEngine<CrashReport>(main, [engine], args);
    expect(report).toMatchObject({ kills: 5, differences: [] });
    expect(report?.bytesRestored).toBe(report?.bytesAfterStoredOffset);
    expect(report?.restartsWithState).toBeGreaterThan(0);
  },
  180_000,
);
