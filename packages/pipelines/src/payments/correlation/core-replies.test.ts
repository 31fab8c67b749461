import { describe, expect, test } from 'vitest';
import {
  completed,
  core,
  debits,
  due,
  fraud,
  proceed,
  refused,
  released,
  request,
  revenue,
  run,
} from '../../../test/payments/correlation-run.ts';
import { requestedAt } from '../../../test/payments/samples.ts';

describe('a release is not answered', () => {
  const rejected = [request(), core(), revenue(200, refused)];

  test('it is sent three times, and then goes to people', () => {
    const { told, payment } = run(...rejected, due(5_200), due(10_200), due(15_200), due(99_000));
    expect(told.slice(1)).toEqual(['RELEASE 1', 'RELEASE 2', 'RELEASE 3', 'to people: RELEASE_UNANSWERED']);
    expect(payment).toMatchObject({ phase: 'CLOSED', coreOutcome: null });
  });

  test('a reply after all is still audited', () => {
    const told = run(...rejected, due(5_200), due(10_200), due(15_200), released(16_000, 2), released(16_000, 3)).told;
    expect(told.at(-1)).toBe('RESERVATION_RELEASED');
    expect(told).toHaveLength(6);
  });

  test('a RESERVED that comes only then is released anew', () => {
    const silent = [request(), fraud(67, { decision: 'DECLINED' }), due(5_000), due(10_000), due(15_000), due(20_000)];
    expect(run(...silent, core(21_000)).told.slice(-3)).toEqual([
      'to people: RELEASE_UNANSWERED',
      'RESERVATION_LATE',
      'RELEASE 1',
    ]);
  });
});

describe('an execution is not answered', () => {
  test('once: a release is sent, and the confirmation follows the reply', () => {
    const once = [...proceed, due(5_156)];
    expect(run(...proceed, due(5_155)).told).toEqual(['EXECUTE 1']);
    expect(run(...once).told).toEqual(['EXECUTE 1', 'RELEASE 2']);
    expect(run(...once, released(5_300, 2)).told.slice(2)).toEqual([
      'FAILED EXECUTION_UNANSWERED',
      'RESERVATION_RELEASED',
    ]);
    const already = completed(5_300, { coreStatus: 'ALREADY_EXECUTED', attempt: 2 });
    expect(run(...once, already).told.slice(2)).toEqual(['COMPLETED', ...debits]);
  });

  test('twice: another release', () => {
    const twice = [...proceed, due(5_156), due(10_156)];
    expect(run(...twice).told).toEqual(['EXECUTE 1', 'RELEASE 2', 'RELEASE 3']);
    expect(run(...twice, released(10_300, 3)).told.slice(3)).toEqual([
      'FAILED EXECUTION_UNANSWERED',
      'RESERVATION_RELEASED',
    ]);
  });

  const thrice = [...proceed, due(5_156), due(10_156), due(15_156)];

  test('three times: the payment is IN_DOUBT and goes to people', () => {
    const { told, payment } = run(...thrice, due(20_156));
    expect(told.slice(3)).toEqual(['IN_DOUBT EXECUTION_UNANSWERED', 'to people: IN_DOUBT']);
    expect(payment.phase).toBe('CLOSED');
  });

  test.each([
    ['COMPLETED', ['IN_DOUBT_RESOLVED', ...debits]],
    ['RELEASED', ['IN_DOUBT_RESOLVED', 'RESERVATION_RELEASED']],
  ] as const)(
    'a %s that comes then resolves the doubt in the trail, once, and confirms nothing',
    (coreStatus, lines) => {
      const reply = completed(16_000, { coreStatus, attempt: 2 });
      expect(run(...thrice, reply, reply).told.slice(5)).toEqual(lines);
    },
  );

  test('the reply to EXECUTE that was only slow completes it', () => {
    expect(run(...proceed, due(5_156), completed(6_000)).told.slice(2)).toEqual(['COMPLETED', ...debits]);
  });

  test('the wait begins anew with every command, however far time has jumped', () => {
    const jumped = run(...proceed, due(3_600_000));
    expect(jumped.told).toEqual(['EXECUTE 1', 'RELEASE 2']);
    expect(jumped.payment.deadlineAt).toBe(requestedAt + 3_605_000);
  });
});
