import { expect, test } from 'vitest';

import { OperatorTimes } from './operator-times.ts';

test('times survive a failover, the later one of several partitions counts, and foreign entries are kept', () => {
  const before = new OperatorTimes();
  before.of('join').advance(70);
  before.of('never').advance(-1);
  const after = new OperatorTimes();
  after.restore(before.snapshot());
  after.restore(new Map([...before.snapshot()].map(([name]) => [name, 90] as const)));
  after.restore(new Map([['of-kafka-streams', 5]]));
  expect(after.of('join').ms).toBe(90);
  expect(after.of('join').advance(80)).toBe(90);
  expect(after.of('other').ms).toBe(-1);
  expect(after.snapshot().get('of-kafka-streams')).toBe(5);
  expect(after.snapshot().size).toBe(2);
});

test('a name gives the same time each time it is asked for', () => {
  const times = new OperatorTimes();
  times.of('a').advance(3);
  expect(times.of('a')).toBe(times.of('a'));
  expect(times.of('a').ms).toBe(3);
});
