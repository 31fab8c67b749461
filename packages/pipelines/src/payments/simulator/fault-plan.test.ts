import { expect, test } from 'vitest';
import { demoFaults, noFaults, planFaults } from './fault-plan.ts';

const ids = Array.from({ length: 100_000 }, (_, index) => `TXN-20240902-${index}`);

test('the same seed and id give the same faults, another seed others', () => {
  const faulty = ids.filter((id) => planFaults(id, 1, demoFaults).core === 'missing');
  expect(faulty.every((id) => planFaults(id, 1, demoFaults).core === 'missing')).toBe(true);
  expect(faulty.every((id) => planFaults(id, 2, demoFaults).core === 'missing')).toBe(false);
});

test('faults are about as frequent as they should be', () => {
  const plans = ids.map((id) => planFaults(id, 1, demoFaults));
  const share = (is: (plan: (typeof plans)[number]) => boolean) => (plans.filter(is).length / ids.length) * 10_000;
  expect(share(({ core }) => core === 'missing')).toBeCloseTo(20, -1);
  expect(share(({ revenue }) => revenue === 'twice')).toBeCloseTo(50, -1);
  expect(share(({ commands }) => commands.length === 3)).toBeGreaterThan(2);
  expect(share(({ commands }) => commands.length === 2)).toBeGreaterThan(5);
  const kinds = new Set(plans.flatMap(({ commands }) => commands));
  expect([...kinds].sort()).toEqual(['late', 'lost', 'silent', 'twice']);
});

test('the systems fail independently', () => {
  const both = ids.filter((id) => {
    const { revenue, core } = planFaults(id, 1, demoFaults);
    return revenue === 'twice' && core === 'twice';
  });
  expect(both.length).toBeLessThan(20);
});

test('without faults nothing goes wrong', () => {
  for (const id of ids.slice(0, 1_000)) {
    expect(planFaults(id, 1, noFaults)).toEqual({ fraud: 'none', revenue: 'none', core: 'none', commands: [] });
  }
});
