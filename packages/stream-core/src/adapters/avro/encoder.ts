import type { AvscType } from './avsc-library.ts';
import { schemaMismatch } from './schema-mismatch.ts';
import { headerSizeBytes, writeHeader } from './wire-format.ts';

const initialSizeBytes = 1024;
// A scratch buffer that grew beyond this for one large value is given back.
const retainedSizeBytes = 65_536;

/** Writes values of one schema in Confluent framing. */
export class Encoder {
  readonly #type: AvscType;
  #scratch: Buffer = Buffer.allocUnsafeSlow(initialSizeBytes);

  constructor(type: AvscType) {
    this.#type = type;
  }

  /** The framed bytes of a value, in a buffer of their own. SCHEMA_MISMATCH when the value does not fit. */
  encode(value: unknown, schemaId: number, topic: string): Buffer {
    const sizeBytes = this.#write(value, topic);
    const scratch = this.#scratch;
    writeHeader(scratch, schemaId);
    const bytes = Buffer.allocUnsafe(sizeBytes);
    scratch.copy(bytes, 0, 0, sizeBytes);
    if (scratch.length > retainedSizeBytes) this.#scratch = Buffer.allocUnsafeSlow(initialSizeBytes);
    return bytes;
  }

  /** Writes the body into the scratch buffer, which grows as needed, and gives the end of it. */
  #write(value: unknown, topic: string): number {
    try {
      for (;;) {
        const end = this.#type.encode(value, this.#scratch, headerSizeBytes);
        if (end >= 0) return end;
        this.#scratch = Buffer.allocUnsafeSlow(2 * (this.#scratch.length - end));
      }
    } catch {
      throw schemaMismatch(this.#type, value, topic);
    }
  }
}
