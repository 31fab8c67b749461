import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serdes } from './serdes.ts';
import { sliceOf } from './slices.ts';

test.each([['string', serdes.string()] as const, ['bytes', serdes.bytes()] as const])(
  'a %s within a larger buffer is what it is alone',
  (_name, serde) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(9), fc.nat(9), (text, before, behind) => {
        const bytes = Buffer.from(text);
        const source = Buffer.concat([Buffer.alloc(before, 65), bytes, Buffer.alloc(behind, 66)]);
        const found = sliceOf<unknown>(serde)?.(source, before, before + bytes.length);
        expect(found).toEqual(serde.deserialize(bytes, 'topic', []));
        source.fill(0);
        expect(found).toEqual(serde.deserialize(bytes, 'topic', []));
      }),
    );
  },
);

test('a serde that is made of another one reads as it says', () => {
  const { deserialize } = serdes.string();
  expect(sliceOf({ ...serdes.string() })).not.toBeNull();
  expect(sliceOf({ ...serdes.string(), deserialize: (bytes: Uint8Array) => deserialize(bytes, 't', []) })).toBeNull();
});

test('a long within a larger buffer is what it is alone, and refused where it has another length', () => {
  const serde = serdes.long();
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.nat(9), (value, before) => {
      const source = Buffer.concat([
        Buffer.alloc(before, 65),
        serde.serialize(value, 'topic', []),
        Buffer.alloc(3, 66),
      ]);
      expect(sliceOf(serde)?.(source, before, before + 8)).toBe(value);
      expect(() => sliceOf(serde)?.(source, before, before + 7)).toThrow('a long has 8 bytes, not 7');
    }),
  );
});
