// A list of byte arrays as Kafka's ListSerializer writes it with its variable-size strategy: the strategy (1 byte), the
// count (4), then each entry with its length (4) in front.
// See `org.apache.kafka.common.serialization.ListSerializer`.

const variableSize = 1;

/** Writes a list of byte arrays. */
export const encodeList = (entries: readonly Uint8Array[]): Buffer => {
  const size = entries.reduce((sum, entry) => sum + 4 + entry.length, 5);
  const bytes = Buffer.allocUnsafe(size);
  bytes[0] = variableSize;
  bytes.writeInt32BE(entries.length, 1);
  let at = 5;
  for (const entry of entries) {
    bytes.writeInt32BE(entry.length, at);
    bytes.set(entry, at + 4);
    at += 4 + entry.length;
  }
  return bytes;
};

/** Reads it back; the entries are views. A list that contradicts itself is a RangeError. */
export const decodeList = (bytes: Buffer): Buffer[] => {
  if (bytes[0] !== variableSize) throw new RangeError(`a list of strategy ${bytes[0]} cannot be read`);
  const count = bytes.readInt32BE(1);
  const entries: Buffer[] = [];
  let at = 5;
  for (let index = 0; index < count; index++) {
    const length = bytes.readInt32BE(at);
    const end = at + 4 + length;
    if (length < 0 || end > bytes.length) throw new RangeError('a list entry is cut off');
    entries.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return entries;
};
