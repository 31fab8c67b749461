import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Frame } from './frame-reader.ts';
import { FrameReader } from './frame-reader.ts';

const maxFrameBytes = 1_000;

const frameOf = (text: string, raw: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(4 + Buffer.byteLength(text) + raw.length, 0);
  prefix.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([prefix, Buffer.from(text), raw]);
};

const readAll = (reader: FrameReader): Frame[] => {
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame !== null; frame = reader.next()) frames.push(frame);
  return frames;
};

test('frames come out as they were written, however the connection cuts them', () => {
  const anyFrame = fc.record({ text: fc.string({ unit: 'grapheme' }), raw: fc.uint8Array({ maxLength: 100 }) });
  fc.assert(
    fc.property(fc.array(anyFrame), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(({ text, raw }) => frameOf(text, raw)));
      const reader = new FrameReader(maxFrameBytes);
      const read: Frame[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = cuts[turn % Math.max(1, cuts.length)] ?? 7;
        reader.push(bytes.subarray(at, at + size));
        read.push(...readAll(reader));
        at += size;
      }
      expect(read.map(({ text, raw }) => ({ text, raw: [...raw] }))).toEqual(
        frames.map(({ text, raw }) => ({ text, raw: [...raw] })),
      );
    }),
  );
});

test('lengths that cannot be are refused as soon as they are read, before anything is gathered for them', () => {
  const prefixes: readonly [number, number][] = [
    [maxFrameBytes - 3, 0],
    [0xffff_ffff, 10],
    [0, 0],
    [20, 17],
    [20, 0xffff_ffff],
  ];
  for (const [size, textSize] of prefixes) {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(size, 0);
    prefix.writeUInt32BE(textSize, 4);
    const reader = new FrameReader(maxFrameBytes);
    reader.push(prefix);
    expect(() => reader.next(), `${size}, ${textSize}`).toThrow(
      expect.objectContaining({ code: 'BROKER_UNAVAILABLE' }),
    );
  }
  const reader = new FrameReader(maxFrameBytes);
  reader.push(frameOf('x', Buffer.alloc(maxFrameBytes - 9)));
  expect(readAll(reader)).toHaveLength(1);
});
