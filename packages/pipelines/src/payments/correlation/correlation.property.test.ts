import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  coreCompleted,
  coreProcessing,
  fraudAnalysis,
  paymentRequest,
  requestedAt,
  revenueValidation,
} from '../../../test/payments/samples.ts';
import { timing } from '../../../test/payments/timing.ts';
import type { CoreStatus } from '../generated/avro-enums.ts';
import type { CoreProcessing, PaymentState } from '../generated/avro-types.ts';
import { advance } from './correlation.ts';
import { newPayment } from './payment.ts';
import type { Effect, PaymentEvent } from './payment-event.ts';

/** A core that does what it is told, once, and remembers it. */
class ModelCore {
  state: 'untouched' | 'reserved' | 'executed' | 'released' | 'refused' | 'cancelled' = 'untouched';
  readonly #hasMoney: boolean;

  constructor(hasMoney: boolean) {
    this.#hasMoney = hasMoney;
  }

  reserve(): CoreProcessing {
    if (this.state === 'untouched') this.state = this.#hasMoney ? 'reserved' : 'refused';
    const isReserved = this.state !== 'refused' && this.state !== 'cancelled';
    return coreProcessing(isReserved ? {} : { coreStatus: 'FAILED', reason: 'INSUFFICIENT_FUNDS' });
  }

  obey({ command, attempt }: Effect & { kind: 'command' }): CoreProcessing {
    const reply = (coreStatus: CoreStatus) => coreCompleted({ coreStatus, attempt });
    if (this.state === 'executed') return reply(command === 'EXECUTE' ? 'COMPLETED' : 'ALREADY_EXECUTED');
    if (command === 'EXECUTE') {
      if (this.state !== 'reserved') return reply('FAILED');
      this.state = 'executed';
      return reply('COMPLETED');
    }
    if (this.state === 'reserved') this.state = 'released';
    if (this.state === 'untouched') this.state = 'cancelled';
    return coreCompleted({
      coreStatus: 'RELEASED',
      attempt,
      reservationId: this.state === 'released' ? 'RES-789123' : null,
    });
  }
}

const kinds = ['deliver', 'double', 'core answers', 'core is silent', 'lose', 'pass', 'pass long'] as const;

interface Happening {
  readonly kind: (typeof kinds)[number];
  readonly pick: number;
}

type News = PaymentEvent extends infer E ? (E extends PaymentEvent ? Omit<E, 'at'> : never) : never;

/** The correlation of one payment between a gateway, three systems, and a network that loses, doubles and mixes. */
class World {
  now = requestedAt;
  payment: PaymentState = newPayment('TXN-20240902-001', requestedAt);
  readonly effects: Effect[] = [];
  readonly core: ModelCore;
  readonly #toCorrelation: News[] = [];
  readonly #toCore: (() => CoreProcessing)[];

  constructor(options: { readonly fraud: boolean; readonly revenue: boolean; readonly money: boolean }) {
    this.core = new ModelCore(options.money);
    this.#toCore = [() => this.core.reserve()];
    this.#toCorrelation.push(
      { kind: 'request', submitted: { problems: [], request: paymentRequest() } },
      { kind: 'fraud', answer: fraudAnalysis({ decision: options.fraud ? 'APPROVED' : 'DECLINED' }) },
      { kind: 'revenue', answer: revenueValidation({ decision: options.revenue ? 'APPROVED' : 'DECLINED' }) },
    );
  }

  /** Lets one thing happen; `pick` says to which of what is on its way. */
  happen({ kind, pick }: Happening): void {
    const happenings = {
      deliver: () => this.#deliver(pick, { keep: false }),
      double: () => this.#deliver(pick, { keep: true }),
      'core answers': () => this.#runCore({ isAnswered: true }),
      'core is silent': () => this.#runCore({ isAnswered: false }),
      lose: () => this.#lose(pick),
      pass: () => this.#pass(pick % 200),
      'pass long': () => this.#pass(5_000),
    };
    happenings[kind]();
  }

  /** The request arrives in the end, core works off what it was sent, and time passes. */
  settle(): void {
    const request = this.#toCorrelation.find(({ kind }) => kind === 'request');
    if (request !== undefined) this.#apply({ ...request, at: this.now } as PaymentEvent);
    while (this.payment.deadlineAt !== null) this.#pass(5_000);
    while (this.#toCore.length > 0) this.#runCore({ isAnswered: false });
  }

  #deliver(pick: number, { keep }: { readonly keep: boolean }): void {
    const index = pick % Math.max(1, this.#toCorrelation.length);
    const news = this.#toCorrelation[index];
    if (news === undefined) return;
    if (!keep) this.#toCorrelation.splice(index, 1);
    // Slightly out of order: what is delivered may have happened a moment before.
    this.#apply({ ...news, at: this.now - (pick % 3) * 40 } as PaymentEvent);
  }

  #runCore({ isAnswered }: { readonly isAnswered: boolean }): void {
    const work = this.#toCore.shift();
    if (work === undefined) return;
    const answer = work();
    if (isAnswered) this.#toCorrelation.push({ kind: 'core', answer });
  }

  /** Of what is on its way, everything can be lost but the request, which its client would send again. */
  #lose(pick: number): void {
    const index = pick % Math.max(1, this.#toCorrelation.length);
    if (this.#toCorrelation[index]?.kind !== 'request') this.#toCorrelation.splice(index, 1);
    if (this.#toCore.length > 0) this.#toCore.splice(pick % this.#toCore.length, 1);
  }

  #pass(ms: number): void {
    this.now += ms;
    this.#apply({ kind: 'due', at: this.now });
  }

  #apply(event: PaymentEvent): void {
    const step = advance(this.payment, event, timing);
    this.payment = step.payment;
    for (const effect of step.effects) {
      this.effects.push(effect);
      if (effect.kind === 'command') this.#toCore.push(() => this.core.obey(effect));
    }
  }
}

const likely = fc.constantFrom(true, true, true, false);
const worlds = fc.record({ fraud: likely, revenue: likely, money: likely });
const weights = [8, 2, 6, 1, 1, 2, 1];
const happenings = fc.record({
  kind: fc.oneof(...kinds.map((kind, index) => ({ arbitrary: fc.constant(kind), weight: weights[index] ?? 1 }))),
  pick: fc.nat({ max: 10_000 }),
});

test('whatever is lost, doubled or mixed: one confirmation that is true, and no reservation forgotten', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(worlds, fc.array(happenings, { maxLength: 60, size: 'max' }), (options, script) => {
      const world = new World(options);
      for (const happening of script) world.happen(happening);
      world.settle();

      const confirms = world.effects.filter((effect) => effect.kind === 'confirm');
      expect(confirms).toHaveLength(1);
      const finalStatus = confirms[0]?.finalStatus ?? '';
      seen.add(finalStatus);
      const reasons = world.effects.flatMap((effect) => (effect.kind === 'deadLetter' ? [effect.reason] : []));
      const isWithPeople = reasons.includes('IN_DOUBT') || reasons.includes('RELEASE_UNANSWERED');
      if (world.core.state === 'reserved') expect(isWithPeople).toBe(true);
      if (world.core.state === 'executed') expect(['COMPLETED', 'IN_DOUBT']).toContain(finalStatus);
      if (finalStatus === 'COMPLETED') expect(world.core.state).toBe('executed');
      if (finalStatus === 'DECLINED') expect(reasons).toContain('TIMEOUT');
      expect(reasons).not.toContain('UNEXPECTED_REPLY');
      expect(world.payment.phase).toBe('CLOSED');
      const once = world.effects.flatMap((effect) => (effect.kind === 'audit' ? [effect.type] : []));
      expect(new Set(once).size).toBe(once.length);
    }),
    { numRuns: 10_000, seed: 8 },
  );
  expect([...seen].sort()).toEqual(['COMPLETED', 'DECLINED', 'FAILED', 'IN_DOUBT', 'REJECTED']);
});
