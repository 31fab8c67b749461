import { shillings } from '../shared/money.ts';

/** How much an account may send on one calendar day. */
export interface Tier {
  readonly name: 'BASIC' | 'STANDARD' | 'PREMIUM';
  readonly dailyLimit: bigint;
}

const tiers = {
  BASIC: { name: 'BASIC', dailyLimit: shillings(35_000) },
  STANDARD: { name: 'STANDARD', dailyLimit: shillings(70_000) },
  PREMIUM: { name: 'PREMIUM', dailyLimit: shillings(140_000) },
} as const;

/** A digit of an MSISDN, counted from its end. */
const digitFromEnd = (msisdn: string, position: number): number => Number(msisdn.at(-position) ?? '0');

/**
 * The balance that an account is opened with, at revenue and at core alike: a hundred shillings for each unit of the
 * last three digits of its MSISDN. A rule instead of a topic of openings, so that whoever checks the books can apply it.
 */
export const openingBalance = (msisdn: string): bigint => shillings(100) * BigInt(msisdn.slice(-3));

/** The tier of an account: its fourth digit from the end, 0 and 1 BASIC, 9 PREMIUM, all others STANDARD. */
export const tierOf = (msisdn: string): Tier => {
  const digit = digitFromEnd(msisdn, 4);
  if (digit <= 1) return tiers.BASIC;
  return digit === 9 ? tiers.PREMIUM : tiers.STANDARD;
};
