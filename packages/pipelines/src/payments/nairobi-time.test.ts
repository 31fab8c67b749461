import { expect, test } from 'vitest';
import { nairobiDay, nairobiHour } from './nairobi-time.ts';

const at = (time: string): number => Date.parse(time);

test('a day begins at 21:00 UTC', () => {
  expect(nairobiDay(at('2024-09-02T21:00:00.000Z')) - nairobiDay(at('2024-09-02T20:59:59.999Z'))).toBe(1);
  expect(nairobiDay(at('2024-09-02T21:00:00Z'))).toBe(nairobiDay(at('2024-09-03T20:59:59Z')));
  expect(nairobiDay(at('1970-01-01T00:00:00Z'))).toBe(0);
});

test.each([
  ['2024-09-02T14:30:00Z', 17],
  ['2024-09-02T20:59:59.999Z', 23],
  ['2024-09-02T21:00:00Z', 0],
])('%s is hour %d', (time, hour) => {
  expect(nairobiHour(at(time))).toBe(hour);
});

test('agrees with the time zone database', () => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Africa/Nairobi', hour: '2-digit', hourCycle: 'h23' });
  for (let hours = 0; hours < 24 * 400; hours += 7) {
    const time = at('2024-01-01T00:00:00Z') + hours * 3_600_000;
    expect(nairobiHour(time)).toBe(Number(format.format(time)));
  }
});
