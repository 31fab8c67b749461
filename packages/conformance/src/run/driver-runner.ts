import type { StateBackend } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import type { Case, Input, StoreEntry } from '../language/case.ts';
import type { BuiltCase } from './built-case.ts';
import { buildCase, failedResult, runError } from './built-case.ts';
import { inputBytes } from './input-bytes.ts';
import type { ActualRecord, RunError, Runner, RunResult } from './runner.ts';
import { stateOptions } from './state-options.ts';
import { storeEntries } from './store-entries.ts';

const feed = (driver: TopologyTestDriver, input: Input, built: BuiltCase): void => {
  if (input.kind === 'advance') driver.advanceWallClockTime(input.ms);
  else driver.pipe(inputBytes(input, built.inputs));
};

/** The stores that the description names, and those that the answer knows. */
const storeNames = (describe: string, testCase: Case): ReadonlySet<string> => {
  const described = [...describe.matchAll(/\(stores: \[([^\]]*)\]\)/g)].flatMap(([, names = '']) => names.split(', '));
  return new Set([...described, ...(testCase.expected.stores?.keys() ?? [])].filter((name) => name !== ''));
};

const allStores = (driver: TopologyTestDriver, describe: string, testCase: Case) => {
  const stores = new Map<string, readonly StoreEntry[]>();
  for (const name of storeNames(describe, testCase)) {
    const kind = testCase.expected.stores?.get(name)?.type ?? 'other';
    const entries = storeEntries((store) => driver.getStateStore(store), name, { kind, testCase });
    if (entries !== null) stores.set(name, entries);
  }
  return stores;
};

const feedAll = (driver: TopologyTestDriver, testCase: Case, built: BuiltCase): RunResult => {
  const produced: ActualRecord[] = [];
  let error: RunError | null = null;
  for (const [index, input] of testCase.input.entries()) {
    try {
      feed(driver, input, built);
    } catch (thrown) {
      error = runError('run', thrown, index);
    }
    produced.push(...driver.takeProduced());
    if (error !== null) break;
  }
  const { describe, retentions } = built;
  return {
    describe,
    produced,
    hasInternalTopics: true,
    retentions,
    error,
    stores: error === null ? allStores(driver, describe, testCase) : null,
  };
};

const openDriver = (
  testCase: Case,
  { topology, config }: BuiltCase,
  state: StateBackend,
): TopologyTestDriver | RunError => {
  const { wallClockStart: initialWallClockMs } = testCase.config;
  try {
    return new TopologyTestDriver(topology, { ...config, ...stateOptions(state), initialWallClockMs });
  } catch (error) {
    return runError('init', error);
  }
};

/** Runs cases on the TopologyTestDriver: the same layout as the driver that gave the answers. */
export const driverRunner: Runner = {
  name: 'driver',
  run: (testCase, state) => {
    const built = buildCase(testCase);
    if (!('kind' in built)) return built;
    const driver = openDriver(testCase, built, state);
    if (!(driver instanceof TopologyTestDriver)) return failedResult(driver, built.describe);
    try {
      return feedAll(driver, testCase, built);
    } finally {
      driver.close();
    }
  },
};
