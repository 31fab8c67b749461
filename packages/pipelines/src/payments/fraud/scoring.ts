import { shillings } from '../../shared/money.ts';
import type { FraudAssessment, FraudProfile, PaymentRequest } from '../generated/avro-types.ts';
import { nairobiHour } from '../nairobi-time.ts';

/** Payments of one payer within some time. */
export interface Velocity {
  readonly count: number;
  readonly amount: bigint;
}

/** What the rules look at. The velocities have the payment itself in them, the profile has not. */
export interface RiskView {
  readonly request: Pick<PaymentRequest, 'amount' | 'deviceId'>;
  readonly at: number;
  /** Null for a payer who was never seen. */
  readonly profile: FraudProfile | null;
  readonly lastMinute: Velocity;
  readonly lastHour: Velocity;
}

interface RiskRule {
  readonly factor: string;
  /** In hundredths of the score. */
  readonly weight: number;
  readonly applies: (view: RiskView) => boolean;
}

const devicesMax = 5;
const nightEndsAtHour = 5;
const historyMin = 5;
const deviations = 3n;

/**
 * Whether an amount is more than three deviations above the mean of the payer's payments, and at least twice the mean.
 * With n payments, sum S and sum of squares Q this is n*x > S + 3*sqrt(n*Q - S*S), in whole numbers throughout.
 */
const isUnusualAmount = ({ request, profile }: RiskView): boolean => {
  if (profile === null || profile.count < historyMin) return false;
  const count = BigInt(profile.count);
  const above = count * request.amount - profile.sum;
  const spread = count * profile.squares - profile.sum * profile.sum;
  return above >= profile.sum && above * above > deviations * deviations * spread;
};

const rules: readonly RiskRule[] = [
  { factor: 'NEW_DEVICE', weight: 15, applies: ({ profile }) => profile === null },
  {
    factor: 'CHANGED_DEVICE',
    weight: 25,
    applies: ({ request, profile }) => profile !== null && !profile.devices.includes(request.deviceId),
  },
  { factor: 'UNUSUAL_TIME', weight: 8, applies: ({ at }) => nairobiHour(at) < nightEndsAtHour },
  { factor: 'UNUSUAL_AMOUNT', weight: 30, applies: isUnusualAmount },
  { factor: 'MANY_IN_A_MINUTE', weight: 40, applies: ({ lastMinute }) => lastMinute.count > 5 },
  { factor: 'MANY_IN_AN_HOUR', weight: 30, applies: ({ lastHour }) => lastHour.count > 20 },
  { factor: 'MUCH_IN_A_MINUTE', weight: 40, applies: ({ lastMinute }) => lastMinute.amount > shillings(100_000) },
  { factor: 'MUCH_IN_AN_HOUR', weight: 30, applies: ({ lastHour }) => lastHour.amount > shillings(150_000) },
];

const scoreMax = 100;

/** What the rules find in a payment: every factor that applies, and the sum of their weights. */
export const assess = (view: RiskView): FraudAssessment => {
  const found = rules.filter(({ applies }) => applies(view));
  const score = found.reduce((sum, { weight }) => sum + weight, 0);
  return { score: Math.min(score, scoreMax), riskFactors: found.map(({ factor }) => factor) };
};

/** The profile of a payer with one payment more. */
export const withPayment = (profile: FraudProfile | null, { amount, deviceId }: RiskView['request']): FraudProfile => {
  const { devices, count, sum, squares } = profile ?? { devices: [], count: 0, sum: 0n, squares: 0n };
  return {
    devices: [deviceId, ...devices.filter((known) => known !== deviceId)].slice(0, devicesMax),
    count: count + 1,
    sum: sum + amount,
    squares: squares + amount * amount,
  };
};
