/** A double as Java's Double.toString writes it: `1.0`, `-0.25`, `1.5E10`. */
export const javaDouble = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return withPoint(String(value));
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${withPoint(digits)}E${Number(exponent)}`;
};

const withPoint = (digits: string): string => (digits.includes('.') ? digits : `${digits}.0`);
