import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import type { Duration } from '../common/duration.ts';
import { ConfigError } from '../errors/streams-error.ts';
import { ConfigReader } from './config-reader.ts';

/** What a read gives, and what it says is wrong. */
const reading = <T>(read: (reader: ConfigReader) => T) => {
  const reader = new ConfigReader();
  return { value: read(reader), problems: reader.problems };
};

describe('a duration', () => {
  const read = (value: Duration | undefined, min?: number) =>
    reading((reader) =>
      reader.durationMs('linger', value, min === undefined ? { byDefault: 7 } : { byDefault: 7, min }),
    );

  test('is read in milliseconds or with a unit, and has a default', () => {
    expect(read('2s')).toEqual({ value: 2_000, problems: [] });
    expect(read(0)).toEqual({ value: 0, problems: [] });
    expect(read(undefined)).toEqual({ value: 7, problems: [] });
  });

  test('that is no duration is a problem which shows how to write one', () => {
    for (const wrong of ['soon', '5 s', -1, 0.5, Number.NaN]) {
      expect(read(wrong as Duration)).toEqual({
        value: 7,
        problems: [
          {
            where: 'linger',
            problem: `${wrong} is not a duration`,
            remedy: "write milliseconds or '250ms', '5s', '2m'",
          },
        ],
      });
    }
  });

  test('below the least one is a problem which names the least one', () => {
    expect(read(1, 1).problems).toEqual([]);
    expect(read(0, 1)).toEqual({
      value: 7,
      problems: [{ where: 'linger', problem: '0 is too short', remedy: 'use at least 1 ms' }],
    });
  });
});

describe('a whole number', () => {
  const read = (value: number | undefined) =>
    reading((reader) => reader.integer('size', value, { byDefault: 9, min: -1 }));

  test('is taken from its least one on, and has a default', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }), (value) => {
        expect(read(value)).toEqual({ value, problems: [] });
      }),
    );
    expect(read(undefined)).toEqual({ value: 9, problems: [] });
  });

  test('that is broken, too small or no number is a problem', () => {
    for (const wrong of [-2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5' as never, null as never]) {
      expect(read(wrong)).toEqual({
        value: 9,
        problems: [
          {
            where: 'size',
            problem: `${String(wrong)} is not a whole number from -1 on`,
            remedy: 'use one, or leave it out for 9',
          },
        ],
      });
    }
  });
});

describe('one of several words', () => {
  const read = (value: string | undefined) =>
    reading((reader) => reader.oneOf('emission', value, { byDefault: 'a', allowed: ['a', 'b'] }));

  test('is taken as it is, and has a default', () => {
    expect(read('b')).toEqual({ value: 'b', problems: [] });
    expect(read(undefined)).toEqual({ value: 'a', problems: [] });
  });

  test('that is none of them is a problem which lists them', () => {
    expect(read('c')).toEqual({
      value: 'a',
      problems: [{ where: 'emission', problem: 'c is not known', remedy: 'use one of a, b' }],
    });
    expect(read('').problems).toHaveLength(1);
  });
});

describe('an offset reset', () => {
  const read = (value: AutoOffsetReset | undefined) => reading((reader) => reader.offsetReset('reset', value));

  test('is one of the words or a duration, and has a default', () => {
    for (const value of ['earliest', 'latest', 'none', 'by_duration:1h'] as const) {
      expect(read(value)).toEqual({ value, problems: [] });
    }
    expect(read(undefined)).toEqual({ value: 'earliest', problems: [] });
  });

  test('of another kind is a problem which lists what there is', () => {
    for (const wrong of ['newest', 'by_duration:', 'by_duration:soon']) {
      const { value, problems } = read(wrong as AutoOffsetReset);
      expect(value).toBe('earliest');
      expect(problems).toEqual([
        {
          where: 'reset',
          problem: `${wrong} is not known`,
          remedy: "use 'earliest', 'latest', 'none' or such as 'by_duration:1h'",
        },
      ]);
    }
  });
});

describe('an application id', () => {
  const read = (value: unknown) => reading((reader) => reader.applicationId(value));

  test('may be whatever can stand at the beginning of topic names', () => {
    for (const id of ['a', 'payments-2.0_b', 'x'.repeat(200)]) expect(read(id)).toEqual({ value: id, problems: [] });
  });

  test('of other characters, of none or of too many is a problem', () => {
    for (const wrong of ['', 'has spaces', 'a/b', 'é', 'a\n', 'x'.repeat(201), undefined, 5]) {
      expect(read(wrong).problems).toEqual([
        {
          where: 'applicationId',
          problem: `${String(wrong)} cannot be part of topic names`,
          remedy: "use 1 to 200 of ASCII letters, digits, '.', '_', '-'",
        },
      ]);
    }
  });
});

describe('in the end', () => {
  test('nothing is thrown when nothing was wrong', () => {
    const reader = new ConfigReader();
    reader.applicationId('fine');
    expect(() => reader.check()).not.toThrow();
  });

  test('everything that was wrong is thrown at once, in the order in which it was read', () => {
    const reader = new ConfigReader();
    reader.integer('b', -1, { byDefault: 0, min: 0 });
    reader.problem('a', 'it is odd', 'make it even');
    expect(() => reader.check()).toThrow(ConfigError);
    expect(() => reader.check()).toThrow(
      [
        'The configuration is not valid:',
        '  b: -1 is not a whole number from 0 on; use one, or leave it out for 0',
        '  a: it is odd; make it even',
      ].join('\n'),
    );
  });
});
