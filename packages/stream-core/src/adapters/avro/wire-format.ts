/** Magic byte 0, then the schema id in 4 bytes, big-endian; the Avro body follows. */
export const headerSizeBytes = 5;

/** The highest id that fits into the framing. */
export const maxSchemaId = 0xffff_ffff;

/** The schema id in framed bytes; `null` when they are not framed. */
export const framedSchemaId = (bytes: Uint8Array): number | null => {
  if (bytes.length < headerSizeBytes || bytes[0] !== 0) return null;
  const byteAt = (index: number): number => bytes[index] as number;
  return ((byteAt(1) << 24) | (byteAt(2) << 16) | (byteAt(3) << 8) | byteAt(4)) >>> 0;
};

/** Says what is wrong with bytes for which {@link framedSchemaId} is null. */
export const framingProblem = (bytes: Uint8Array): string =>
  bytes.length < headerSizeBytes
    ? `they have ${bytes.length} bytes, and the framing alone has ${headerSizeBytes}`
    : `they start with byte ${bytes[0]}, not with the magic byte 0`;

/** Writes the framing to the start of `target`. */
export const writeHeader = (target: Buffer, schemaId: number): void => {
  target[0] = 0;
  target.writeUInt32BE(schemaId, 1);
};
