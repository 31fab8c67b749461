import { describe, expect, test } from 'vitest';

import type { StateStore } from '../../../state/state-store.ts';
import type { StoreSample } from './store-samples.ts';
import { forEachSample } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

/** What is committed stays, what is not goes, and the changelog has all of it, whatever the store. */
export const durabilitySuite = (open: OpenUnderTest): void => {
  forEachSample((kind, sample) => describe(`${kind}: commits`, () => durabilityTests(open, sample)));
};

const durabilityTests = <S extends StateStore>(open: OpenUnderTest, sample: StoreSample<S>): void => {
  const { builder, write, contents } = sample;

  test('what was committed is there when the database is opened again, and nothing else', async () => {
    const task = await open(builder);
    const empty = contents(task.store);
    write(task.at(1), 1);
    expect(contents(task.store)).not.toEqual(empty);
    task.reopen();
    expect(contents(task.store)).toEqual(empty);
    write(task.at(1), 1);
    const first = contents(task.store);
    task.commit();
    expect(contents(task.store)).toEqual(first);
    write(task.at(2), 2);
    expect(contents(task.store)).not.toEqual(first);
    task.reopen();
    expect(contents(task.store)).toEqual(first);
  });

  test('changes and deletions of a later commit are there too', async () => {
    const task = await open(builder);
    write(task.at(1), 1);
    task.commit();
    write(task.at(2), 2);
    const second = contents(task.store);
    task.commit();
    task.reopen();
    expect(contents(task.store)).toEqual(second);
    write(task.at(3), 3);
    const third = contents(task.store);
    task.commit();
    expect(contents(task.store)).toEqual(third);
  });

  test('what is sealed counts only when it is applied; what comes meanwhile belongs to the next commit', async () => {
    const task = await open(builder);
    write(task.at(1), 1);
    const first = contents(task.store);
    task.seal();
    expect(contents(task.store)).toEqual(first);
    write(task.at(2), 2);
    const second = contents(task.store);
    task.apply();
    expect(contents(task.store)).toEqual(second);
    task.seal();
    task.reopen();
    expect(contents(task.store)).toEqual(first);
  });

  test('the changelog restores the same contents, at once or behind a commit', async () => {
    const task = await open(builder);
    write(task.at(1), 1);
    task.commit();
    const behindFirst = task.logged.length;
    write(task.at(2), 2);
    task.commit();
    const whole = await open(builder);
    whole.restore(task.logged);
    expect(contents(whole.store)).toEqual(contents(task.store));
    expect(whole.logged).toEqual([]);
    const tail = await open(builder);
    write(tail.at(1), 1);
    tail.commit();
    tail.reopen();
    tail.restore(task.logged.slice(behindFirst));
    tail.reopen();
    expect(contents(tail.store)).toEqual(contents(task.store));
  });

  test('goes on behind a restore as if there had been none', async () => {
    const task = await open(builder);
    write(task.at(1), 1);
    task.commit();
    const restored = await open(builder);
    restored.restore(task.logged);
    for (const each of [task, restored]) {
      write(each.at(2), 2);
      each.commit();
      write(each.at(3), 3);
      each.commit();
    }
    expect(contents(restored.store)).toEqual(contents(task.store));
    expect(restored.logged).toEqual(task.logged.slice(-restored.logged.length));
  });
};
