import { expect, test } from 'vitest';
import { demoFaults, noFaults, planFaults } from './fault-plan.ts';
import { simulatedWorld } from './outside-world.ts';

const ids = Array.from({ length: 20_000 }, (_, index) => `TXN-${index}`);
const world = simulatedWorld({ seed: 3, faults: demoFaults, fraudDown: { from: 1_000, to: 2_000 } });

test.each([
  ['fraud', 50, 100],
  ['revenue', 30, 80],
  ['core', 100, 200],
] as const)('%s works between %d and %d ms on an answer', (system, from, to) => {
  const times = ids.map((transactionId) => world.processingMs({ system, transactionId, attempt: 0 }));
  expect(Math.min(...times)).toBe(from);
  expect(Math.max(...times)).toBe(to);
});

test('answers and commands meet the fate of the plan', () => {
  for (const transactionId of ids) {
    const { core, commands } = planFaults(transactionId, 3, demoFaults);
    expect(world.fateOf({ system: 'core', transactionId, attempt: 0 })).toBe(core);
    const first = world.fateOf({ system: 'core', transactionId, attempt: 1 });
    expect(first === 'missing').toBe(commands[0] === 'lost' || commands[0] === 'silent');
    expect(world.isLost(transactionId, 1)).toBe(commands[0] === 'lost');
    expect(world.fateOf({ system: 'core', transactionId, attempt: 4 })).toBe('none');
  }
});

test('what is late is too late for every timeout', () => {
  for (const transactionId of ids.slice(0, 1_000)) {
    expect(world.lateByMs({ system: 'core', transactionId, attempt: 0 })).toBeGreaterThan(5_000);
  }
});

test('the external fraud system is down for a time, or never', () => {
  expect([999, 1_000, 1_999, 2_000].map((at) => world.isFraudDown(at))).toEqual([false, true, true, false]);
  expect(simulatedWorld({ seed: 3, faults: noFaults, fraudDown: null }).isFraudDown(1_500)).toBe(false);
});
