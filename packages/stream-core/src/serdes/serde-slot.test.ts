import { expect, test } from 'vitest';

import { defaultKey, defaultValue, mapSlot, slotOf } from './serde-slot.ts';
import { serdes } from './serdes.ts';

const none = { key: null, value: null };
const defaults = { key: serdes.string(), value: serdes.long() };

test('the default slots give what the configuration says for keys and for values', () => {
  expect(defaultKey(defaults)).toBe(defaults.key);
  expect(defaultValue(defaults)).toBe(defaults.value);
  expect(defaultKey(none)).toBeNull();
  expect(defaultValue(none)).toBeNull();
});

test('a serde that was given comes before the default', () => {
  const given = serdes.integer();
  expect(slotOf(given, defaultKey)(defaults)).toBe(given);
  expect(slotOf(given, defaultKey)(none)).toBe(given);
});

test('without a given serde the other slot decides', () => {
  expect(slotOf(undefined, defaultValue)(defaults)).toBe(defaults.value);
  expect(slotOf(null, defaultKey)(defaults)).toBe(defaults.key);
});

test('a serde is wrapped once it is known, and a missing one stays missing', () => {
  const wrapped = mapSlot(defaultKey<string>, (serde) => serdes.timeWindowed(serde, 10));
  expect(wrapped(none)).toBeNull();
  expect(wrapped(defaults)?.deserialize(Buffer.from('6100000000000000ff', 'hex'), 't', [])).toEqual({
    key: 'a',
    window: { start: 255, end: 265 },
  });
});
