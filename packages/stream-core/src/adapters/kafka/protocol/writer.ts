import { writeInt64 } from '../../../common/bytes.ts';

const firstChunkBytes = 256;

/** Pieces from this size on are sent from where they are; smaller ones are cheaper to copy than to send one by one. */
const largePieceBytes = 16_384;

/** Writes the fields of a message one after the other. Bytes that are large, as record batches are, are not copied. */
export class Writer {
  readonly #pieces: Buffer[] = [];
  #chunk: Buffer = Buffer.allocUnsafe(firstChunkBytes);
  /** Where in the chunk the next field begins. */
  #at = 0;
  /** Bytes of the pieces. */
  #before = 0;

  /** Bytes that were written. */
  get length(): number {
    return this.#before + this.#at;
  }

  /** Everything that was written, in as many pieces as there are. */
  get buffers(): Buffer[] {
    return this.#at === 0 ? [...this.#pieces] : [...this.#pieces, this.#chunk.subarray(0, this.#at)];
  }

  /** Everything that was written, in one piece. */
  get buffer(): Buffer {
    const [first, ...others] = this.buffers;
    return first !== undefined && others.length === 0 ? first : Buffer.concat(this.buffers);
  }

  appendInt8(value: number): this {
    this.#at = this.#room(1).writeInt8(value, this.#at);
    return this;
  }

  appendInt16(value: number): this {
    this.#at = this.#room(2).writeInt16BE(value, this.#at);
    return this;
  }

  appendInt32(value: number): this {
    this.#at = this.#room(4).writeInt32BE(value, this.#at);
    return this;
  }

  /** @param value a safe integer */
  appendInt64(value: number): this {
    writeInt64(this.#room(8), value, this.#at);
    this.#at += 8;
    return this;
  }

  /** @param value of at most 31 bits */
  appendUnsignedVarInt(value: number): this {
    const chunk = this.#room(5);
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) chunk[this.#at++] = (rest & 0x7f) | 0x80;
    chunk[this.#at++] = rest;
    return this;
  }

  /** Bytes without their length. */
  append(bytes: Uint8Array): this {
    if (bytes.length < largePieceBytes) {
      this.#room(bytes.length).set(bytes, this.#at);
      this.#at += bytes.length;
      return this;
    }
    if (this.#at > 0) this.#push(this.#chunk.subarray(0, this.#at));
    this.#push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#chunk = this.#chunk.subarray(this.#at);
    this.#at = 0;
    return this;
  }

  /** What another one has written. */
  appendFrom(other: Writer): this {
    for (const piece of other.buffers) this.append(piece);
    return this;
  }

  /** The chunk, with room for so many bytes behind what is in it. */
  #room(bytes: number): Buffer {
    if (this.#at + bytes <= this.#chunk.length) return this.#chunk;
    const larger = Buffer.allocUnsafe(Math.max(firstChunkBytes, 2 * this.#chunk.length, this.#at + bytes));
    this.#chunk.copy(larger, 0, 0, this.#at);
    this.#chunk = larger;
    return larger;
  }

  #push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#before += piece.length;
  }
}
