import { expect, test } from 'vitest';
import { StreamsBuilder } from '../kstream/streams-builder.ts';
import { stringSerde } from '../serdes/primitives.ts';
import { createPlan } from '../topology/plan.ts';
import { IdleTime } from './idle-time.ts';
import { OperatorTimes } from './operator-times.ts';

const idleAfter = (idleTimeoutMs: number): IdleTime => {
  const builder = new StreamsBuilder();
  builder.stream('in', { key: stringSerde, value: stringSerde, idleTimeout: idleTimeoutMs }).to('out');
  const plan = createPlan(builder.build(), { applicationId: 'app', defaults: { key: null, value: null } });
  const idle = plan.subtopologies.map((each) => IdleTime.of(each, new OperatorTimes()))[0] ?? null;
  if (idle === null) throw new Error('the source has an idle timeout');
  return idle;
};

test('stream time grows as fast as the clock once the timeout is over, in steps of 100 ms', () => {
  const idle = idleAfter(50);
  idle.recordSeen(1_000);
  expect(idle.nextMs).toBe(1_050);
  expect(idle.streamTimeAt(1_049, 7)).toBeNull();
  expect(idle.streamTimeAt(1_050, 7)).toBe(57);
  expect(idle.nextMs).toBe(1_150);
  expect(idle.streamTimeAt(1_149, 57)).toBeNull();
  expect(idle.streamTimeAt(1_180, 57)).toBe(187);
});

test('who sleeps until the next step is never told to wake up at once', () => {
  const idle = idleAfter(50);
  let now = 1_000;
  let streamTime = 0;
  idle.recordSeen(now);
  for (let turn = 0; turn < 100; turn++) {
    now = Math.max(now, idle.nextMs);
    streamTime = idle.streamTimeAt(now, streamTime) ?? streamTime;
    expect(idle.nextMs).toBeGreaterThan(now);
  }
  expect(streamTime).toBe(now - 1_000);
});

test('a record ends idling, and without one idling begins when somebody asks', () => {
  const idle = idleAfter(50);
  expect(idle.nextMs).toBe(Number.POSITIVE_INFINITY);
  expect(idle.streamTimeAt(0, -1)).toBeNull();
  expect(idle.streamTimeAt(1_000, 5)).toBeNull();
  expect(idle.streamTimeAt(1_060, 5)).toBe(65);
  idle.recordSeen(1_070);
  expect(idle.nextMs).toBe(1_120);
  expect(idle.streamTimeAt(1_120, 500)).toBe(550);
});
