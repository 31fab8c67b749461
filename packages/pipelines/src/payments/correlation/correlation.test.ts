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
import { timing } from '../../../test/payments/timing.ts';
import { advance } from './correlation.ts';

describe('all three are for it', () => {
  test('core executes, and only then it is COMPLETED', () => {
    expect(run(...proceed).told).toEqual(['EXECUTE 1']);
    expect(run(...proceed).payment.phase).toBe('EXECUTING');
    expect(run(...proceed, completed()).told).toEqual(['EXECUTE 1', 'COMPLETED', ...debits]);
    expect(run(...proceed, completed()).payment.phase).toBe('CLOSED');
  });

  test('in any order, the request last or in the middle', () => {
    const orders = [
      [core(), revenue(), fraud(), request()],
      [fraud(), request(), core(), revenue()],
      [revenue(), core(), request(), fraud()],
    ];
    for (const order of orders) {
      const { effects, told } = run(...order);
      expect(told).toEqual(['EXECUTE 1']);
      expect(effects[0]?.at).toBe(requestedAt + 156);
    }
  });

  test('everything twice changes nothing', () => {
    const doubled = [...proceed, completed()].flatMap((event) => [event, event]);
    expect(run(...doubled).told).toEqual(['EXECUTE 1', 'COMPLETED', ...debits]);
    const { payment } = run(...doubled);
    expect(advance(payment, fraud(), timing).payment).toBe(payment);
  });

  test('core that refuses to execute makes it FAILED', () => {
    const failed = completed(300, { coreStatus: 'FAILED', reason: 'FEE_MISMATCH' });
    expect(run(...proceed, failed).told).toEqual(['EXECUTE 1', 'FAILED CORE_FEE_MISMATCH']);
  });
});

describe('one says no', () => {
  test('before core has answered: a RESERVED that comes later is released and audited as late', () => {
    const told = ['REJECTED FRAUD_DECLINED'];
    const rejected = [request(), fraud(67, { decision: 'DECLINED' })];
    expect(run(...rejected).told).toEqual(told);
    expect(run(...rejected).payment.phase).toBe('AWAITING_CORE');
    expect(run(...rejected, core()).told).toEqual([...told, 'RESERVATION_LATE', 'RELEASE 1']);
    expect(run(...rejected, core(), released(300, 1)).told).toEqual([
      ...told,
      'RESERVATION_LATE',
      'RELEASE 1',
      'RESERVATION_RELEASED',
    ]);
  });

  test('after core has reserved: released at once, and not late', () => {
    expect(run(request(), core(), revenue(200, refused)).told).toEqual([
      'REJECTED REVENUE_INSUFFICIENT_FUNDS',
      'RELEASE 1',
    ]);
  });

  test('core itself: there is nothing to release', () => {
    const { told, payment } = run(request(), core(156, { coreStatus: 'FAILED', reason: 'INSUFFICIENT_FUNDS' }));
    expect(told).toEqual(['REJECTED CORE_INSUFFICIENT_FUNDS']);
    expect(payment.phase).toBe('CLOSED');
  });

  test('two that were known before the request came are both named', () => {
    expect(run(fraud(67, { decision: 'DECLINED' }), revenue(50, refused), request()).told).toEqual([
      'REJECTED FRAUD_DECLINED REVENUE_INSUFFICIENT_FUNDS',
    ]);
  });

  test('and core never answers: what it may have reserved is released after 5 s', () => {
    const rejected = [request(), fraud(67, { decision: 'DECLINED' })];
    expect(run(...rejected, due(4_999)).told).toHaveLength(1);
    expect(run(...rejected, due(5_000)).told.slice(1)).toEqual(['RELEASE 1']);
    expect(run(...rejected, core(156, { coreStatus: 'FAILED' }), due(5_000)).told).toHaveLength(1);
  });

  test('a request that breaks a rule is rejected without asking anybody', () => {
    const { told, payment } = run(request(0, ['AMOUNT_NOT_POSITIVE', 'KEY_MISSING']), due(9_000));
    expect(told).toEqual(['REJECTED AMOUNT_NOT_POSITIVE KEY_MISSING']);
    expect(payment.phase).toBe('CLOSED');
  });
});

describe('a request that breaks a rule, and the same transactionId in one that breaks none', () => {
  const broken = request(0, ['KEY_MISSING']);
  const told = ['REJECTED KEY_MISSING', 'RESERVATION_LATE', 'RELEASE 1'];

  test('what core reserves for the second is released', () => {
    expect(run(broken, request(10), fraud(), revenue(), core()).told).toEqual(told);
    const { payment } = run(broken, request(10), core(), released(300, 1));
    expect(payment).toMatchObject({ phase: 'CLOSED', coreOutcome: 'RELEASED' });
  });

  test('also when core answers first', () => {
    expect(run(core(), broken).told).toEqual(told);
  });
});

describe('another payer uses the same transactionId', () => {
  const other = { debitAccount: '254700999999', reservationId: 'RES-2' };
  const told = ['to people: TRANSACTION_ID_REUSED', 'RELEASE 1'];

  test('what core reserves there is no answer to this payment: it is released, and people are told', () => {
    const { effects, told: all } = run(request(), fraud(), revenue(), core(100, other));
    expect(all).toEqual(told);
    expect(effects[1]?.payment).toMatchObject({ request: null, core: { answer: other } });
    expect(run(request(), core(100, other), ...proceed.slice(1), completed()).told).toEqual([
      ...told,
      'EXECUTE 1',
      'COMPLETED',
      ...debits,
    ]);
  });

  test('also when core answers before the request', () => {
    expect(run(core(100, other), fraud(), revenue(), request()).told).toEqual(told);
  });

  test('the reply to that release says nothing of this payment', () => {
    const reply = { ...other, coreStatus: 'RELEASED', attempt: 1 };
    expect(run(...proceed, core(200, reply)).told).toEqual(['EXECUTE 1']);
  });

  test('an execution there goes to people', () => {
    expect(run(...proceed, completed(200, other)).told).toEqual(['EXECUTE 1', 'to people: UNEXPECTED_REPLY']);
  });
});

describe('one says nothing', () => {
  const declined = ['DECLINED TIMEOUT', 'to people: TIMEOUT', 'RELEASE 1'];

  test('for 5 s: declined, with what had arrived for people', () => {
    expect(run(request(), fraud(), core(), due(4_999)).told).toEqual([]);
    const { told, effects } = run(request(), fraud(), core(), due(5_030));
    expect(told).toEqual(declined);
    expect(effects[0]?.at).toBe(requestedAt + 5_000);
    expect(effects[1]?.payment).toMatchObject({ fraud: { at: requestedAt + 67 }, revenue: null });
    expect(effects[1]?.payment.core?.answer.coreStatus).toBe('RESERVED');
  });

  test('and core is the silent one: what it may have reserved is released all the same', () => {
    expect(run(request(), fraud(), revenue(), due(5_000)).told).toEqual(declined);
  });

  test('an answer counts by its own time, even if nothing has moved time before it', () => {
    expect(run(request(), fraud(), core(), revenue(5_000)).told).toEqual(declined);
    expect(run(request(), fraud(), core(), revenue(4_999)).told).toEqual(['EXECUTE 1']);
  });

  test('an answer that was too late before its request came is too late', () => {
    expect(run(fraud(), core(), revenue(5_000), request()).told).toEqual(declined);
    expect(run(fraud(), revenue(), core(5_000), request()).told).toEqual([...declined, 'RESERVATION_LATE']);
  });

  test('a RESERVED after the release is audited as late and needs no second release', () => {
    const silent = [request(), fraud(), revenue(), due(5_000)];
    expect(run(...silent, core(6_000)).told).toEqual([...declined, 'RESERVATION_LATE']);
    expect(run(...silent, released(5_200, 1), core(6_000), core(6_000)).told).toEqual([
      ...declined,
      'RESERVATION_RELEASED',
      'RESERVATION_LATE',
    ]);
  });

  test('a RESERVED that comes when nobody has answered the release begins another one, of which people hear too', () => {
    const unanswered = [due(5_000), due(10_000), due(15_000), due(20_000)];
    const again = ['RELEASE 1', 'RELEASE 2', 'RELEASE 3', 'to people: RELEASE_UNANSWERED'];
    const { told } = run(request(), ...unanswered, core(21_000), due(26_000), due(31_000), due(36_000));
    expect(told).toEqual(['DECLINED TIMEOUT', 'to people: TIMEOUT', ...again, 'RESERVATION_LATE', ...again]);
  });

  test('core that had nothing to release says so without a reservation, which is no line of the trail', () => {
    const nothing = core(5_200, { coreStatus: 'RELEASED', attempt: 1, reservationId: null });
    expect(run(request(), fraud(), revenue(), due(5_000), nothing).told).toEqual(declined);
  });
});

describe('the same transactionId', () => {
  const done = [...proceed, completed()];

  test('within 24 h is the same payment', () => {
    expect(run(...done, request(1_000), request(86_399_999), fraud(86_399_999)).told).toHaveLength(4);
    expect(run(...done, request(-1_000)).told).toHaveLength(4);
  });

  test('after 24 h is another one', () => {
    const later = 86_400_000;
    const again = [request(later), fraud(later + 67), revenue(later + 50), core(later + 156), completed(later + 300)];
    const { told, payment } = run(...done, ...again);
    expect(told).toEqual(['EXECUTE 1', 'COMPLETED', ...debits, 'EXECUTE 1', 'COMPLETED', ...debits]);
    expect(payment.requestedAt).toBe(requestedAt + later);
  });
});

describe('what should not be', () => {
  test('answers whose request never comes go to people after 24 h, and the reservation is released', () => {
    const day = 86_400_156;
    expect(run(core(), fraud(), due(day - 1)).told).toEqual([]);
    expect(run(core(), fraud(), due(day)).told).toEqual(['to people: REQUEST_NEVER_CAME', 'RELEASE 1']);
    expect(run(fraud(), due(day)).told).toEqual(['to people: REQUEST_NEVER_CAME']);
    expect(run(fraud(), request(day)).told).toEqual(['to people: REQUEST_NEVER_CAME']);
    expect(run(fraud(), request(day), due(day + 5_000)).told.slice(1)).toEqual([
      'DECLINED TIMEOUT',
      'to people: TIMEOUT',
      'RELEASE 1',
    ]);
  });

  test('an execution that nobody asked for goes to people', () => {
    expect(run(completed()).told).toEqual(['to people: UNEXPECTED_REPLY']);
    expect(run(request(), fraud(67, { decision: 'DECLINED' }), completed()).told.at(-1)).toBe(
      'to people: UNEXPECTED_REPLY',
    );
    expect(run(request(), core(), revenue(200, refused), completed()).told.at(-1)).toBe('to people: UNEXPECTED_REPLY');
  });
});
