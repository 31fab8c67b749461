/** Copies of at most so many bytes are quicker in a loop than by a call into native code. */
const shortCopyBytes = 16;

/**
 * What a decoder has unpacked so far, behind a free header. It grows as needed and never beyond its limit, whatever the
 * packed bytes claim. Every violation is a RangeError.
 */
export class BoundedOutput {
  #bytes: Buffer;
  #at: number;
  readonly #start: number;
  readonly #limit: number;

  /** @param maxBytes how much may be unpacked, `headerBytes` not counted */
  constructor({ headerBytes, expectedBytes, maxBytes }: Record<'headerBytes' | 'expectedBytes' | 'maxBytes', number>) {
    this.#start = headerBytes;
    this.#at = headerBytes;
    this.#limit = headerBytes + maxBytes;
    this.#bytes = Buffer.allocUnsafe(headerBytes + Math.min(expectedBytes, maxBytes));
  }

  /** The header, still to be filled, and everything unpacked. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** How many bytes were unpacked. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Appends `source[from, to)`. */
  append(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (to > source.length) throw new RangeError('the packed bytes end too early');
    this.#reserve(length);
    if (length <= shortCopyBytes) {
      const bytes = this.#bytes;
      let at = this.#at;
      for (let index = from; index < to; index++) bytes[at++] = source[index] as number;
    } else {
      this.#bytes.set(source.subarray(from, to), this.#at);
    }
    this.#at += length;
  }

  /** Appends `length` bytes again that were written `distance` bytes ago. */
  repeat(distance: number, length: number): void {
    const at = this.#at;
    if (distance < 1 || distance > at - this.#start) throw new RangeError('a repetition begins before the data');
    this.#reserve(length);
    const bytes = this.#bytes;
    this.#at = at + length;
    if (distance >= length && length > shortCopyBytes) {
      bytes.copyWithin(at, at - distance, at - distance + length);
    } else if (distance === 1) {
      bytes.fill(bytes[at - 1] as number, at, at + length);
    } else {
      // The bytes that are written may be read again by the same repetition.
      for (let to = at; to < at + length; to++) bytes[to] = bytes[to - distance] as number;
    }
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#limit) {
      throw new RangeError(`it unpacks to more than ${this.#limit - this.#start} bytes`);
    }
    const larger = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
