const printable = /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\n]*$/u;

/** Bytes for people: as text where they are text, else in hex, and as numbers where they have their length. */
export const readableBytes = (bytes: Uint8Array | null): string => {
  if (bytes === null) return 'null';
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  if (bytes.length > 0 && printable.test(text) && Buffer.from(text).equals(buffer)) return JSON.stringify(text);
  const hex = `0x${buffer.toString('hex')}`;
  if (bytes.length === 4) return `${hex} (integer ${buffer.readInt32BE(0)})`;
  if (bytes.length === 8) return `${hex} (long ${buffer.readBigInt64BE(0)}, double ${buffer.readDoubleBE(0)})`;
  const readings = windowReadings(buffer);
  return readings.length === 0 ? hex : `${hex} (${readings.join(', ')})`;
};

const suffixes = [
  { length: 8, what: 'windowed key' },
  { length: 12, what: 'window store key' },
] as const;

/** What lies in a windowed key or in the key of a window store, where the bytes look like one. */
const windowReadings = (buffer: Buffer): string[] =>
  suffixes.flatMap(({ length, what }) => {
    const at = buffer.length - length;
    if (at <= 0) return [];
    const key = buffer.subarray(0, at).toString('utf8');
    const start = buffer.readBigInt64BE(at);
    return printable.test(key) && start >= 0n && start < 2n ** 48n ? [`${what} ${JSON.stringify(key)} @${start}`] : [];
  });
