// The rules of money, written down once more: what the pipeline gets wrong, its own code would get wrong again.

const nairobiOffsetMs = 10_800_000;
const dayMs = 86_400_000;

/** The day of a time in Nairobi. */
export const dayOf = (time: number): number => Math.floor((time + nairobiOffsetMs) / dayMs);

/** What an account begins with: a hundred shillings for each unit of its last three digits. */
export const openingOf = (account: string): bigint => BigInt(account.slice(-3)) * 10_000n;

/** What an account may send in a day, by its fourth digit from the end. */
export const dailyLimitOf = (account: string): bigint => {
  const digit = account.charAt(account.length - 4);
  if (digit === '0' || digit === '1') return 3_500_000n;
  return digit === '9' ? 14_000_000n : 7_000_000n;
};

/** What sending an amount costs, from the largest band down. */
export const tariffOf = (amount: bigint): bigint => {
  if (amount > 3_500_000n) return 10_500n;
  if (amount > 2_000_000n) return 6_500n;
  if (amount > 1_000_000n) return 4_500n;
  if (amount > 500_000n) return 2_500n;
  if (amount > 250_000n) return 1_500n;
  if (amount > 100_000n) return 1_000n;
  if (amount > 50_000n) return 700n;
  return amount > 10_000n ? 500n : 0n;
};

const number = new Intl.NumberFormat('en-US');

/** An amount as people write it. */
export const kshOf = (cents: bigint): string => {
  if (cents < 0n) return `-${kshOf(-cents)}`;
  const text = cents.toString().padStart(3, '0');
  return `Ksh${number.format(BigInt(text.slice(0, -2)))}.${text.slice(-2)}`;
};

const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'numeric',
  year: '2-digit',
  hour: 'numeric',
  minute: '2-digit',
  hour12: true,
});

/** Day and time of an SMS, as the seed writes them. */
export const smsTimeOf = (time: number): string => {
  const parts = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, value]));
  const { day, month, year, hour, minute, dayPeriod } = parts;
  return `${day}/${month}/${year} at ${hour}:${minute} ${dayPeriod}`;
};
