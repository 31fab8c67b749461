import { afterEach, describe } from 'vitest';

import { directorySuite, volatileSuite } from './engine/directory-suite.ts';
import type { MakeBackend } from './engine/engine-context.ts';
import { EngineContext } from './engine/engine-context.ts';
import { modelSuite } from './engine/model-suite.ts';
import { rangeSuite } from './engine/range-suite.ts';
import { rowsSuite } from './engine/rows-suite.ts';

/** How much of the engine suite is run. */
export interface EngineSuiteOptions {
  /** Rows of the large range. Default 100,000. */
  readonly rows?: number;
  /** Random sequences of changes and reads. Default 50. */
  readonly runs?: number;
}

/** Long enough for an engine that waits for a disk with every commit. */
const testTimeoutMs = 60_000;

/**
 * What every state backend must do, as vitest tests: call it in a test file. It relies on nothing but the port; what a
 * backend keeps beyond a close is asked only of those that call themselves durable. Needs the peer `fast-check`.
 *
 * @param name of the backend
 * @param makeBackend makes one over a directory of its own
 */
export const engineSuite = (
  name: string,
  makeBackend: MakeBackend,
  { rows = 100_000, runs = 50 }: EngineSuiteOptions = {},
): void => {
  const context = new EngineContext(makeBackend);
  describe(`the engine contract: ${name}`, { timeout: testTimeoutMs }, () => {
    afterEach(() => context.cleanUp());
    const isDurable = context.backend().durable;
    context.cleanUp();

    rowsSuite(context);
    rangeSuite(context, rows);
    if (isDurable) directorySuite(context);
    else volatileSuite(context);
    modelSuite(context, { runs, isDurable });
  });
};
