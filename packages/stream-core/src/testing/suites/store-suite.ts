import { afterEach, describe } from 'vitest';

import type { StateStore } from '../../state/state-store.ts';
import type { WriteBehind } from '../../state/task-state.ts';
import { bufferSuite } from './store/buffer-suite.ts';
import { durabilitySuite } from './store/durability-suite.ts';
import { keyValueSuite } from './store/key-value-suite.ts';
import { outerJoinSuite } from './store/outer-join-suite.ts';
import { sessionSuite } from './store/session-suite.ts';
import type { OpenUnderTest, StoreSuiteContext, StoreUnderTest } from './store/store-under-test.ts';
import { StoreUnderTest as OpenedStore } from './store/store-under-test.ts';
import { versionedSuite } from './store/versioned-suite.ts';
import { windowSuite } from './store/window-suite.ts';

const behind: WriteBehind = { maxBytes: () => 1_000_000, maxAgeMs: 3_600_000, now: () => 0 };

/**
 * What every kind of store must do over a state engine, as vitest tests: call it in a test file. Runs once with an engine
 * that gets every commit at once, and once with one that gets them when it is closed.
 *
 * @param name of the engine
 * @param makeContext makes a place for one database, empty each time
 */
export const storeSuite = (name: string, makeContext: () => StoreSuiteContext | Promise<StoreSuiteContext>): void => {
  for (const [how, writeBehind] of [
    ['at once', null],
    ['behind', behind],
  ] as const) {
    const opened: StoreUnderTest<StateStore>[] = [];
    const open: OpenUnderTest = async (builder, { isPersistent = true } = {}) => {
      const store = new OpenedStore(builder, await makeContext(), { isPersistent, writeBehind });
      opened.push(store);
      return store;
    };
    describe(`stores: ${name}, written ${how}`, () => {
      afterEach(async () => {
        for (const store of opened.splice(0)) await store.close();
      });
      keyValueSuite(open);
      windowSuite(open);
      sessionSuite(open);
      versionedSuite(open);
      outerJoinSuite(open);
      bufferSuite(open);
      durabilitySuite(open);
    });
  }
};
