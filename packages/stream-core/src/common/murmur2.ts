const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** 32-bit Murmur2 with the seed that Kafka's default partitioner uses, as a signed integer. */
export const murmur2 = (bytes: Uint8Array): number => {
  const length = bytes.length;
  const body = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < body; at += 4) {
    let block =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24) |
      0;
    block = Math.imul(block, multiplier);
    block ^= block >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(block, multiplier);
  }
  const rest = length - body;
  if (rest === 3) hash ^= (bytes[body + 2] as number) << 16;
  if (rest >= 2) hash ^= (bytes[body + 1] as number) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[body] as number), multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
};

/** The partition that Kafka's default partitioner gives a record with this serialised key. */
export const partitionForKey = (key: Uint8Array, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions;
