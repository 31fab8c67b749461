const instructions = [
  'DELETE_KEY_NO_PROPAGATE',
  'DELETE_KEY_AND_PROPAGATE',
  'PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE',
  'PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE',
] as const;

const hashAt = 2;
const hashEnd = 18;

/** The readable form of bytes, as the answers write it. */
export const shownBytes = (bytes: Uint8Array): unknown => ({ b64: Buffer.from(bytes).toString('base64') });

/**
 * The readable form of a subscription of a foreign-key join, as the answers write it. Its primary key is left out: only
 * the join knows the type, and the key of the entry ends with the same bytes.
 */
export const shownSubscription = (bytes: Uint8Array): unknown => {
  const buffer = Buffer.from(bytes);
  const head = buffer.readUInt8(0);
  return {
    instruction: instructions[buffer.readUInt8(1)],
    hash: head < 0x80 ? buffer.toString('hex', hashAt, hashEnd) : null,
    version: head & 0x7f,
  };
};

/** A value of an answer without the primary key of a subscription. */
export const withoutPrimaryKey = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('instruction' in value) || !('pk' in value)) return value;
  const { pk: _, ...subscription } = value;
  return subscription;
};
