import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../../../test/state/engines.ts';
import { findGap } from './find-gap.ts';

const blockBytes = 32_768;

const fragment = (type: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(7);
  header.writeUInt16LE(payload.length, 4);
  header[6] = type;
  return Buffer.concat([header, payload]);
};

/** A log file with these records, cut into fragments where blocks end. */
const logOf = (...records: readonly Buffer[]): Buffer => {
  let file = Buffer.alloc(0);
  for (const record of records) {
    for (let at = 0, isFirst = true; isFirst || at < record.length; isFirst = false) {
      let left = blockBytes - (file.length % blockBytes);
      if (left < 7) file = Buffer.concat([file, Buffer.alloc(left)]);
      left = left < 7 ? blockBytes : left;
      const end = Math.min(record.length, at + left - 7);
      const type = end === record.length ? (isFirst ? 1 : 4) : isFirst ? 2 : 3;
      file = Buffer.concat([file, fragment(type, record.subarray(at, end))]);
      at = end;
    }
  }
  return file;
};

/** A write batch of `count` changes, the first of which has that number. */
const batch = (sequence: number, count: number, bytes = 50): Buffer => {
  const content = Buffer.alloc(12 + bytes, 1);
  content.writeBigUInt64LE(BigInt(sequence), 0);
  content.writeUInt32LE(count, 8);
  return content;
};

const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);

/** An edit as RocksDB writes them: a database id, a comparator, then numbers, then things that are not read. */
const edit = (logNumber: number, lastSequence: number): Buffer =>
  Buffer.from([
    ...varint(8_193),
    ...varint(3),
    ...[1, 2, 3],
    ...[1, 4, 2, 2, 2, 2],
    ...[2, ...varint(logNumber)],
    ...[9, 0],
    ...[3, ...varint(77)],
    ...[10, ...varint(logNumber)],
    ...[4, ...varint(lastSequence)],
    ...[103, 2, 99, 4, 255],
  ]);

const database = (logs: Readonly<Record<string, Buffer>>, ...edits: readonly Buffer[]): string => {
  const path = join(temporaryDirectory(), 'database');
  mkdirSync(path);
  writeFileSync(join(path, 'CURRENT'), 'MANIFEST-000005\n');
  writeFileSync(join(path, 'MANIFEST-000005'), logOf(...edits));
  for (const [name, content] of Object.entries(logs)) writeFileSync(join(path, name), content);
  return path;
};

describe('the logs of a database', () => {
  test('without a gap', () => {
    const logs = {
      '000004.log': logOf(batch(1, 1)),
      '000009.log': logOf(batch(11, 5), batch(16, 1)),
      '000012.log': Buffer.alloc(0),
      '000100.log': logOf(batch(17, 1_000, 100_000), batch(1_017, 1)),
    };
    expect(findGap(database(logs, edit(4, 0), edit(9, 10)))).toBeNull();
    expect(findGap(database({}, edit(9, 10)))).toBeNull();
  });

  test('that begin with what tables have already', () => {
    expect(findGap(database({ '000009.log': logOf(batch(5, 10), batch(15, 1)) }, edit(9, 10)))).toBeNull();
  });

  test.each([
    ['end early', { '000009.log': logOf(batch(11, 5)), '000012.log': logOf(batch(17, 1)) }],
    ['are missing in the middle', { '000012.log': logOf(batch(17, 1)) }],
    ['miss a batch', { '000009.log': logOf(batch(11, 5), batch(17, 1)) }],
    ['are not of this database', { '000009.log': logOf(batch(11, 5), batch(11, 5)) }],
  ])('that %s have a gap', (_, logs) => {
    expect(findGap(database(logs, edit(9, 10)))).toMatch(/goes on at change \d+/);
  });

  test('a record that is cut off in a fragment ends its log', () => {
    const first = logOf(batch(11, 5, 100_000));
    const logs = { '000009.log': first.subarray(0, 70_000), '000012.log': logOf(batch(16, 1)) };
    expect(findGap(database(logs, edit(9, 10)))).toMatch(/000012\.log goes on at change 16, .* ends at 10/);
  });

  test('CURRENT that names nothing is damage', () => {
    const path = database({}, edit(9, 10));
    writeFileSync(join(path, 'CURRENT'), 'MANIFEST-\n');
    expect(findGap(path)).toBe('CURRENT names no manifest');
    rmSync(join(path, 'CURRENT'));
    expect(() => findGap(path)).toThrow('ENOENT');
  });
});
