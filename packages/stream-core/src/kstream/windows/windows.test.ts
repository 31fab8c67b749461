import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Duration } from '../../common/duration.ts';
import {
  joinWindowSizeMs,
  joinWindows,
  legacyJoinWindows,
  timeWindowAt,
  timeWindows,
  windowStartsFor,
} from './windows.ts';

describe('time windows', () => {
  test('tumble without an advance and have no grace unless it is given', () => {
    expect(timeWindows({ size: '5s' })).toEqual({ kind: 'time', sizeMs: 5_000, advanceMs: 5_000, graceMs: 0 });
    expect(timeWindows({ size: 10, advanceBy: 3, grace: '1s' })).toEqual({
      kind: 'time',
      sizeMs: 10,
      advanceMs: 3,
      graceMs: 1_000,
    });
  });

  test.each<readonly [Parameters<typeof timeWindows>[0], string]>([
    [{ size: 0 }, 'window size: it must be at least 1 ms, not 0'],
    [{ size: 5, advanceBy: 0 }, 'window advance: it must be at least 1 ms, not 0'],
    [{ size: 5, advanceBy: 6 }, 'window advance: 6 ms is more than the size of 5 ms'],
    [{ size: -1 }, 'window size: -1 is not a duration'],
    [{ size: 'long' as Duration }, 'window size: long is not a duration'],
    [{ size: 5, advanceBy: 0.5 }, 'window advance: 0.5 is not a duration'],
    [{ size: 5, grace: -1 }, 'grace: -1 is not a duration'],
  ])('%j: %s', (options, message) => {
    expect(() => timeWindows(options)).toThrow(RangeError);
    expect(() => timeWindows(options)).toThrow(message);
  });

  test('an advance as large as the size is allowed', () => {
    expect(timeWindows({ size: 5, advanceBy: 5 }).advanceMs).toBe(5);
  });

  test('a record is in the windows that hold it: the start included, the end excluded', () => {
    const tumbling = timeWindows({ size: 10 });
    expect([0, 9, 10, 19, 20].map((timestamp) => windowStartsFor(tumbling, timestamp))).toEqual([
      [0],
      [0],
      [10],
      [10],
      [20],
    ]);
    const hopping = timeWindows({ size: 10, advanceBy: 4 });
    expect(windowStartsFor(hopping, 10)).toEqual([4, 8]);
    expect(windowStartsFor(hopping, 3)).toEqual([0]);
  });

  test('the windows of a record are all multiples of the advance that cover it, earliest first', () => {
    const sizes = fc
      .integer({ min: 1, max: 50 })
      .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size })));
    fc.assert(
      fc.property(sizes, fc.nat(200), ([size, advanceBy], timestamp) => {
        const expected: number[] = [];
        for (let start = 0; start <= timestamp; start += advanceBy) if (timestamp < start + size) expected.push(start);
        expect(windowStartsFor(timeWindows({ size, advanceBy }), timestamp)).toEqual(expected);
      }),
    );
  });

  test('a window ends its size after its start', () => {
    expect(timeWindowAt(timeWindows({ size: 10, advanceBy: 4 }), 8)).toEqual({ start: 8, end: 18 });
  });
});

describe('join windows', () => {
  test('reach as far back as ahead, and hold back what has not met anybody', () => {
    expect(joinWindows({ timeDifference: '5s', grace: 7 })).toEqual({
      kind: 'join',
      beforeMs: 5_000,
      afterMs: 5_000,
      graceMs: 7,
      holdsBackUnmatched: true,
    });
    expect(joinWindows({ timeDifference: 5 }).graceMs).toBe(0);
  });

  test('reach differently in the two directions if they say so, and may lie wholly on one side', () => {
    expect(joinWindows({ timeDifference: 5, before: '1s' })).toMatchObject({ beforeMs: 1_000, afterMs: 5 });
    expect(joinWindows({ timeDifference: 5, after: 0 })).toMatchObject({ beforeMs: 5, afterMs: 0 });
    const later = joinWindows({ timeDifference: 5, before: -2 });
    expect(later).toMatchObject({ beforeMs: -2, afterMs: 5 });
    expect(joinWindowSizeMs(later)).toBe(3);
    expect(joinWindowSizeMs(joinWindows({ timeDifference: 5, before: 9, after: -9 }))).toBe(0);
  });

  test.each<readonly [Parameters<typeof joinWindows>[0], string]>([
    [{ timeDifference: 5, before: -6 }, 'join window: before (-6 ms) and after (5 ms) leave no time between them'],
    [{ timeDifference: 5, after: -6 }, 'join window: before (5 ms) and after (-6 ms) leave no time between them'],
    [{ timeDifference: -1 }, 'time difference: -1 is not a duration'],
    [{ timeDifference: 5, before: 0.5 }, 'before: 0.5 is not a duration'],
    [{ timeDifference: 5, after: 'late' as Duration }, 'after: late is not a duration'],
    [{ timeDifference: 5, grace: -1 }, 'grace: -1 is not a duration'],
  ])('%j: %s', (options, message) => {
    expect(() => joinWindows(options)).toThrow(RangeError);
    expect(() => joinWindows(options)).toThrow(message);
  });

  test('as they were before Kafka 3.0 have a grace of a day less twice the difference, and hold nothing back', () => {
    const hour = 3_600_000;
    expect(legacyJoinWindows({ timeDifference: '1h' })).toEqual({
      kind: 'join',
      beforeMs: hour,
      afterMs: hour,
      graceMs: 22 * hour,
      holdsBackUnmatched: false,
    });
    expect(legacyJoinWindows({ timeDifference: '12h' }).graceMs).toBe(0);
    expect(legacyJoinWindows({ timeDifference: '1h', grace: '5s' }).graceMs).toBe(5_000);
    expect(legacyJoinWindows({ timeDifference: '13h', before: 3 })).toMatchObject({ beforeMs: 3, graceMs: 0 });
  });
});
