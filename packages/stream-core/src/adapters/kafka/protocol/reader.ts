/** Reads the fields of a message one after the other. Past the end of it everything throws a RangeError. */
export class Reader {
  readonly buffer: Buffer;
  /** Where the next field begins. */
  position = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.buffer.length - this.position;
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  readInt8(): number {
    return this.buffer.readInt8(this.#take(1));
  }

  readUnsignedInt8(): number {
    return this.buffer.readUInt8(this.#take(1));
  }

  readInt16(): number {
    return this.buffer.readInt16BE(this.#take(2));
  }

  readInt32(): number {
    return this.buffer.readInt32BE(this.#take(4));
  }

  readUnsignedInt32(): number {
    return this.buffer.readUInt32BE(this.#take(4));
  }

  /** Text of so many bytes of UTF-8. */
  readText(bytes: number): string {
    const start = this.#take(bytes);
    return this.buffer.toString('utf8', start, start + bytes);
  }

  /** So many bytes, where they are. */
  readBytes(bytes: number): Buffer {
    const start = this.#take(bytes);
    return this.buffer.subarray(start, start + bytes);
  }

  #take(bytes: number): number {
    if (bytes > this.remaining) throw new RangeError(`${bytes} bytes where ${this.remaining} are left`);
    const start = this.position;
    this.position = start + bytes;
    return start;
  }
}
