import { asBuffer } from '../../../common/bytes.ts';

const lengthBytes = 4;

/**
 * The key of the subscription store: the length of the foreign key, the foreign key, the primary key. Without a primary
 * key it is what all subscriptions to the foreign key begin with.
 *
 * @see `org.apache.kafka.streams.kstream.internals.foreignkeyjoin.CombinedKeySchema`
 */
export const combinedKey = (foreignKey: Uint8Array, primaryKey: Uint8Array | null): Buffer => {
  const bytes = Buffer.allocUnsafe(lengthBytes + foreignKey.length + (primaryKey?.length ?? 0));
  bytes.writeInt32BE(foreignKey.length, 0);
  bytes.set(foreignKey, lengthBytes);
  if (primaryKey !== null) bytes.set(primaryKey, lengthBytes + foreignKey.length);
  return bytes;
};

/** The serialised primary key in a combined key. */
export const primaryKeyOf = (key: Uint8Array): Buffer => {
  const bytes = asBuffer(key);
  return bytes.subarray(lengthBytes + bytes.readInt32BE(0));
};
