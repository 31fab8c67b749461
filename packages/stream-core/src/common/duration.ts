const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds as a number, or text such as `'250ms'`, `'5s'`, `'2m'`, `'24h'`, `'7d'`. */
export type Duration = number | `${number}${keyof typeof unitMs}`;

/**
 * A duration in milliseconds.
 *
 * @throws RangeError when the text is no duration, or the result is negative or not a whole number of milliseconds.
 */
export const toMs = (duration: Duration, what = 'duration'): number => {
  const ms = typeof duration === 'number' ? duration : parseDuration(duration);
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new RangeError(
      `${what}: ${duration} is not a duration; write milliseconds or '250ms', '5s', '2m', '24h', '7d'`,
    );
  }
  return ms;
};

const parseDuration = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return Number.NaN;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
};
