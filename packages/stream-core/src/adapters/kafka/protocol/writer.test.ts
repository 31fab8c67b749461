import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Writer } from './writer.ts';

it('has what was written in its order, small or large, in one piece and in many', () => {
  const sizes = fc.array(fc.oneof(fc.nat(600), fc.constantFrom(16_383, 16_384, 20_000)), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const writer = new Writer();
      const expected: Buffer[] = [];
      lengths.forEach((length, index) => {
        const bytes = Buffer.alloc(length, index + 1);
        writer.appendInt16(index).append(bytes);
        expected.push(Buffer.from([0, index]), bytes);
      });
      const all = Buffer.concat(expected);
      expect(writer.length).toBe(all.length);
      expect(writer.buffer.equals(all)).toBe(true);
      expect(Buffer.concat(writer.buffers).equals(all)).toBe(true);
    }),
  );
});

it('takes large bytes without a copy', () => {
  const batch = Buffer.alloc(20_000);
  const writer = new Writer();
  writer.appendInt32(1).append(batch).appendInt32(2);
  batch[7] = 9;
  expect(writer.buffers).toHaveLength(3);
  expect(writer.buffers[1]?.[7]).toBe(9);
});

it('takes what another one has written', () => {
  const inner = new Writer();
  inner.appendInt8(5).append(Buffer.alloc(20_000, 6)).appendInt8(7);
  const writer = new Writer();
  writer.appendUnsignedVarInt(300).appendFrom(inner);
  const all = Buffer.concat([Buffer.from([0xac, 2, 5]), Buffer.alloc(20_000, 6), Buffer.from([7])]);
  expect(writer.buffer.equals(all)).toBe(true);
});
