import type { CoreProcessing, FraudAnalysis, RevenueValidation } from '../generated/avro-types.ts';

/** What the three systems have said so far; null: nothing yet. */
export interface Answers {
  readonly fraud: FraudAnalysis | null;
  readonly revenue: RevenueValidation | null;
  readonly core: CoreProcessing | null;
}

/** `WAIT`: somebody has not answered, and nobody has said no. */
export type Decision =
  | { readonly kind: 'PROCEED' }
  | { readonly kind: 'REJECT'; readonly reasons: readonly string[] }
  | { readonly kind: 'WAIT' };

const revenueReasons = ({ reasons }: RevenueValidation): readonly string[] =>
  reasons.length > 0 ? reasons : ['DECLINED'];

const refusals = ({ fraud, revenue, core }: Answers): string[] => [
  ...(fraud?.decision === 'DECLINED' ? ['FRAUD_DECLINED'] : []),
  ...(revenue?.decision === 'DECLINED' ? revenueReasons(revenue).map((reason) => `REVENUE_${reason}`) : []),
  ...(core?.coreStatus === 'FAILED' ? [`CORE_${core.reason ?? 'FAILED'}`] : []),
];

/**
 * The decision table: PROCEED on APPROVED, APPROVED, RESERVED alone; REJECT as soon as one says no, with the reasons of
 * everybody who has said so by then.
 */
export const decide = (answers: Answers): Decision => {
  const reasons = refusals(answers);
  if (reasons.length > 0) return { kind: 'REJECT', reasons };
  const { fraud, revenue, core } = answers;
  const areAllFor =
    fraud?.decision === 'APPROVED' && revenue?.decision === 'APPROVED' && core?.coreStatus === 'RESERVED';
  return areAllFor ? { kind: 'PROCEED' } : { kind: 'WAIT' };
};
