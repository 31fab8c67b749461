import { expect, test } from 'vitest';

import { FrameSplitter } from './frame-splitter.ts';

const frame = (text: string): Buffer => {
  const body = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

const cut = (chunks: readonly Buffer[]): string[] => {
  const splitter = new FrameSplitter(100, 'an answer');
  return chunks.flatMap((chunk) => splitter.push(chunk)).map(String);
};

test('messages come out whole, however their bytes come in', () => {
  const wire = Buffer.concat(['first', 'second one', 'last'].map(frame));
  for (const pieceBytes of [1, 2, 3, 5, 7, 11, wire.length]) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < wire.length; at += pieceBytes) chunks.push(wire.subarray(at, at + pieceBytes));
    expect(cut(chunks)).toEqual(['first', 'second one', 'last']);
  }
});

test('a part of a message gives nothing yet', () => {
  expect(cut([frame('first').subarray(0, 8)])).toEqual([]);
});

test.each([
  ['negative', -1],
  ['too short for the number of its request', 3],
  ['longer than allowed', 101],
  ['as long as a number can say', 0x7fffffff],
])('a size that is %s is refused before anything of it is held', (_, size) => {
  const head = Buffer.alloc(4);
  head.writeInt32BE(size);
  expect(() => cut([head])).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }));
});

test('the longest size that is allowed is read', () => {
  expect(cut([frame('x'.repeat(100))])).toEqual(['x'.repeat(100)]);
});
