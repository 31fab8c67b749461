import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueTimes } from './due-times.ts';

test('what is due comes in the order of time, and what is not stays', () => {
  const times = fc.array(fc.nat({ max: 50 }));
  fc.assert(
    fc.property(times, fc.nat({ max: 50 }), (ats, now) => {
      const due = new DueTimes<number>();
      for (const at of ats) due.add(at, at);
      const sorted = ats.toSorted((left, right) => left - right);
      expect([...due.take(now)]).toEqual(sorted.filter((at) => at <= now));
      expect(due.size).toBe(sorted.filter((at) => at > now).length);
      expect([...due.take(50)]).toEqual(sorted.filter((at) => at > now));
    }),
  );
});

test('what becomes due while others are taken comes too', () => {
  const due = new DueTimes<string>();
  due.add(1, 'first');
  const taken: string[] = [];
  for (const what of due.take(5)) {
    taken.push(what);
    if (taken.length === 1) {
      due.add(6, 'later');
      due.add(5, 'second');
    }
  }
  expect(taken).toEqual(['first', 'second']);
  expect(due.size).toBe(1);
});
