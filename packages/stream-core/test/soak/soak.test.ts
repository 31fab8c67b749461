import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { durableEngines } from '../durable-state.ts';
import { runPerEngine } from '../per-engine.ts';
import type { SoakReport } from './soak-run.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

// Fifteen seconds on each engine; `pnpm test:soak` takes ten minutes, and looks at memory too.
test.each(durableEngines)(
  '%s: what is opened is closed',
  async (engine) => {
    const [report] = await runPerEngine<SoakReport>(main, [engine], ['--minutes', '0.25']);
    expect(report?.records).toBeGreaterThan(0);
    expect(report?.databasesOpened).toBeGreaterThan(0);
    expect(report?.databasesClosed).toBe(report?.databasesOpened);
    expect(report?.iteratorsClosed).toBe(report?.iteratorsOpened);
  },
  180_000,
);
