import avsc from 'avsc';

/** A record as the books get it. */
export interface BookRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
}

/** Where the books read: committed records of a topic, and schemas by id. */
export interface BookSource {
  records(topic: string): Iterable<BookRecord>;
  /** The text of a schema; null for an id that nobody has registered. */
  schemaById(id: number): string | null;
}

/** A decoded record. */
export interface BookEntry<T> {
  readonly key: string | null;
  readonly value: T;
  readonly timestamp: number;
}

/** Decimals as bigints of their unscaled values. */
class DecimalType extends avsc.types.LogicalType {
  protected override _fromValue(bytes: Buffer): bigint {
    return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  }

  protected override _toValue(value: bigint): Buffer {
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64BE(value < 0n ? -1n : 0n, 0);
    bytes.writeBigInt64BE(BigInt.asIntN(64, value), 8);
    return bytes;
  }
}

const framingSize = 5;

/** The Avro type of a schema as the books read it. */
const bookType = (schema: string): avsc.Type =>
  avsc.Type.forSchema(JSON.parse(schema), { logicalTypes: { decimal: DecimalType } });

/**
 * Reads topics with nothing of the pipeline: avsc, and the schema that each record names. What cannot be read is counted.
 */
export class TopicReader {
  readonly #source: BookSource;
  readonly #types = new Map<number, avsc.Type | null>();
  unreadable = 0;

  constructor(source: BookSource) {
    this.#source = source;
  }

  /** The records of a topic; `T` is what the books take from them. */
  *read<T>(topic: string): Generator<BookEntry<T>, void, undefined> {
    for (const { key, value, timestamp } of this.#source.records(topic)) {
      const decoded = value === null ? null : this.#decode(Buffer.from(value.buffer, value.byteOffset, value.length));
      if (decoded === null) this.unreadable++;
      else yield { key: key === null ? null : Buffer.from(key).toString('utf8'), value: decoded as T, timestamp };
    }
  }

  #decode(bytes: Buffer): unknown {
    if (bytes.length < framingSize || bytes[0] !== 0) return null;
    const type = this.#typeOf(bytes.readUInt32BE(1));
    if (type === null) return null;
    try {
      const { value, offset } = type.decode(bytes, framingSize);
      return offset === bytes.length ? value : null;
    } catch {
      return null;
    }
  }

  #typeOf(id: number): avsc.Type | null {
    let type = this.#types.get(id);
    if (type === undefined) {
      const schema = this.#source.schemaById(id);
      type = schema === null ? null : bookType(schema);
      this.#types.set(id, type);
    }
    return type;
  }
}
