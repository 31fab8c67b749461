import { describe, expect, test } from 'vitest';

import type { RecordContext } from '../../../common/record-context.ts';
import { emptyRecordContext } from '../../../common/record-context.ts';
import { bufferStore } from './store-samples.ts';
import type { OpenUnderTest } from './store-under-test.ts';

const context = (timestamp: number, offset: number): RecordContext => ({
  ...emptyRecordContext(timestamp),
  topic: 't',
  partition: 0,
  offset,
});

/** The buffer of suppress. */
export const bufferSuite = (open: OpenUnderTest): void => {
  describe('time-ordered buffer', () => evictionTests(open));
  describe('time-ordered buffer: changelog', () => changelogTests(open));
};

const evictionTests = (open: OpenUnderTest): void => {
  test('gives updates out by time, then key, as long as it is allowed to', async () => {
    const task = await open(bufferStore);
    const { store } = task;
    expect([store.minTimestamp, store.numRecords, store.bufferSize]).toEqual([null, 0, 0]);
    store.put(20, { key: 'c', newValue: 'c', oldValue: null }, context(20, 0));
    store.put(10, { key: 'b', newValue: 'b', oldValue: 'o' }, context(10, 1));
    task.commit();
    store.put(10, { key: 'a', newValue: null, oldValue: 'o' }, context(10, 2));
    store.put(30, { key: 'd', newValue: 'd', oldValue: null }, context(30, 3));
    const out: unknown[] = [];
    store.evictWhile(
      () => (store.minTimestamp ?? 0) <= 20,
      ({ key, newValue, oldValue, context: { timestamp, offset, topic } }) =>
        out.push([key, newValue, oldValue, timestamp, offset, topic]),
    );
    expect(out).toEqual([
      ['a', null, 'o', 10, 2, 't'],
      ['b', 'b', 'o', 10, 1, 't'],
      ['c', 'c', null, 20, 0, 't'],
    ]);
    // 8 + key + value, and of the context 20 + topic.
    expect([store.minTimestamp, store.numRecords, store.bufferSize]).toEqual([30, 1, 31]);
  });

  test('a newer update of a key stands where the first one stood, and remembers what was before it', async () => {
    const task = await open(bufferStore);
    const { store } = task;
    store.put(10, { key: 'a', newValue: '1', oldValue: '0' }, context(10, 0));
    store.put(15, { key: 'b', newValue: 'x', oldValue: null }, context(15, 1));
    task.commit();
    task.reopen();
    task.store.put(99, { key: 'a', newValue: '2', oldValue: '1' }, context(99, 2));
    expect(task.store.priorValueForBuffered('a')).toEqual({ value: '0' });
    expect(task.store.priorValueForBuffered('b')).toEqual({ value: null });
    expect(task.store.priorValueForBuffered('c')).toBeNull();
    const out: string[] = [];
    task.store.evictWhile(
      () => true,
      ({ key, newValue, oldValue, context: { timestamp } }) => out.push(`${key} ${oldValue}>${newValue} ${timestamp}`),
    );
    expect(out).toEqual(['a 1>2 99', 'b null>x 15']);
  });
};

const changelogTests = (open: OpenUnderTest): void => {
  test('what changed is logged at a commit, a record a key, in the bytes of Kafka Streams', async () => {
    const task = await open(bufferStore);
    task.store.put(100, { key: 'a', newValue: '0', oldValue: null }, context(100, 0));
    task.store.put(100, { key: 'a', newValue: '1', oldValue: null }, context(100, 0));
    expect(task.logged).toEqual([]);
    task.commit();
    task.store.put(120, { key: 'a', newValue: '3', oldValue: '1' }, context(120, 2));
    task.commit();
    task.commit();
    task.at(9_000).evictWhile(
      () => true,
      () => {},
    );
    task.commit();
    expect(task.logged.map(({ value }) => value?.toString('base64') ?? null)).toEqual([
      'AAAAAAAAAGQAAAAAAAAAAAAAAAF0AAAAAAAAAAD//////////wAAAAExAAAAAAAAAGQ=',
      'AAAAAAAAAHgAAAAAAAAAAgAAAAF0AAAAAAAAAAD/////AAAAATEAAAABMwAAAAAAAABk',
      null,
    ]);
    expect(task.logged.map(({ headers }) => headers)).toEqual([
      [{ key: 'v', value: Buffer.from([3]) }],
      [{ key: 'v', value: Buffer.from([3]) }],
      [],
    ]);
    expect(task.logged.map(({ timestamp }) => timestamp)).toEqual([100, 120, 9_000]);
  });

  test('a record of an older version is not taken for one of version 3', async () => {
    const task = await open(bufferStore);
    const key = Buffer.from('a');
    const value = Buffer.from('000000000000000affffffff0000000131', 'hex');
    expect(() => task.restore([{ key, value, timestamp: 0, headers: [] }])).toThrow(RangeError);
  });
};
