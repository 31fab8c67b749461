/** So many whole shillings in cents. Amounts are bigints of cents everywhere; nothing of them is ever a float. */
export const shillings = (whole: number): bigint => BigInt(whole) * 100n;

/** The larger of two amounts. */
export const maxAmount = (left: bigint, right: bigint): bigint => (left > right ? left : right);

/** `Ksh5,000.00` of 500000n; a minus sign comes first. */
export const formatKsh = (cents: bigint): string => {
  const absolute = cents < 0n ? -cents : cents;
  const whole = (absolute / 100n).toString().replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
  const fraction = (absolute % 100n).toString().padStart(2, '0');
  return `${cents < 0n ? '-' : ''}Ksh${whole}.${fraction}`;
};
