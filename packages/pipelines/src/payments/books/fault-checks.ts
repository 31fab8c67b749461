import type { Finding } from './check.ts';
import { Check } from './check.ts';
import type { Facts, PaymentFacts } from './facts.ts';
import { outcomeOf, postingsOf } from './facts.ts';

/** What was planned to go wrong around a payment. */
export interface PlannedFaults {
  readonly revenue: string;
  readonly core: string;
  /** What becomes of the commands to core, by attempt. */
  readonly commands: readonly string[];
}

/** How many payments a fault was planned for, and how many ended as that fault makes them end. */
export interface FaultCount {
  readonly fault: string;
  /** Without those that were over before the fault could show. */
  readonly planned: number;
  readonly seen: number;
}

/** The check that nothing ended like a fault that was not planned. */
export const endsAsPlanned = 'every payment ended as its planned faults make it end';

const attemptsMax = 3;

const isUnanswered = (fate: string | undefined): boolean => fate === 'lost' || fate === 'silent';

const isUnheard = (fate: string): boolean => fate === 'missing' || fate === 'late';

const unheardSystems = ({ revenue, core }: PlannedFaults): readonly string[] => [
  ...(isUnheard(revenue) ? ['REVENUE'] : []),
  ...(isUnheard(core) ? ['CORE'] : []),
];

/** How an execution has to end: by the first attempt that is answered, and by whether core got the first one. */
const executionOutcome = ({ commands }: PlannedFaults): string => {
  const unanswered = commands.slice(0, attemptsMax).filter(isUnanswered).length;
  if (unanswered === attemptsMax) return 'IN_DOUBT';
  return commands[0] === 'lost' ? 'FAILED' : 'COMPLETED';
};

const nameOf = (plan: PlannedFaults): string => {
  if (unheardSystems(plan).length > 0) return 'an answer missing or late';
  const unanswered = plan.commands.filter(isUnanswered).length;
  if (unanswered > 0) return `core silent to ${unanswered} command${unanswered === 1 ? '' : 's'}`;
  return plan.commands[0] === 'late' ? 'core late with an execution' : 'none';
};

const isRejected = (payment: PaymentFacts, plan: PlannedFaults): boolean => {
  // Who was planned to be silent cannot have said no.
  const unheard = unheardSystems(plan);
  const reasons = payment.confirmations[0]?.reasons ?? [];
  return (
    outcomeOf(payment) === 'REJECTED' && !reasons.some((reason) => unheard.some((each) => reason.startsWith(each)))
  );
};

/** Core reserved after the payment had been refused, or was planned to say so only then: that has to be in the trail. */
const isLateAudited = (payment: PaymentFacts, plan: PlannedFaults): boolean => {
  const { core, coreTime, confirmations, audits } = payment;
  const refusal = confirmations.find(({ finalStatus }) => finalStatus === 'REJECTED' || finalStatus === 'DECLINED');
  const hasCome = core === 'RESERVED' && refusal !== undefined && coreTime > refusal.completionTime;
  const mustCome = plan.core === 'late' && refusal !== undefined && postingsOf(payment, 'RESERVED').length > 0;
  return !(hasCome || mustCome) || audits.includes('RESERVATION_LATE');
};

/**
 * Every planned fault ended as it had to, and nothing ended like a fault that was not planned: a TIMEOUT because the
 * machine was slow would show here.
 */
export const faultsEndAsPlanned = (
  facts: Facts,
  planOf: (transactionId: string) => PlannedFaults,
): { readonly findings: readonly Finding[]; readonly counts: readonly FaultCount[] } => {
  const outcomes = new Check(endsAsPlanned);
  const late = new Check('a RESERVED that was too late is audited as late');
  const counts = new Map<string, { planned: number; seen: number }>();
  for (const payment of facts.payments.values()) {
    if (payment.request?.isValid !== true) continue;
    const plan = planOf(payment.transactionId);
    late.that(isLateAudited(payment, plan), payment.transactionId);
    if (isRejected(payment, plan)) continue;
    const expected = unheardSystems(plan).length > 0 ? 'DECLINED' : executionOutcome(plan);
    const isSeen = outcomeOf(payment) === expected;
    outcomes.that(isSeen, payment.transactionId);
    const name = nameOf(plan);
    const count = counts.get(name) ?? { planned: 0, seen: 0 };
    counts.set(name, { planned: count.planned + 1, seen: count.seen + (isSeen ? 1 : 0) });
  }
  const named = [...counts].filter(([fault]) => fault !== 'none').sort();
  return {
    findings: [outcomes.finding, late.finding],
    counts: named.map(([fault, count]) => ({ fault, ...count })),
  };
};
