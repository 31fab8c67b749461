import type { StreamsError } from '../../../errors/streams-error.ts';
import { corrupt } from '../protocol/bounds.ts';

const sizeBytes = 4;
/** Every answer begins with the number of its request. */
const minFrameBytes = 4;

/** The first bytes of a TLS alert, which is what a port that speaks TLS answers to anything else. */
const isTlsAlert = (bytes: Buffer): boolean => bytes[0] === 0x15 && bytes[1] === 0x03;

/** Cuts what arrives into the messages it is made of. A message is copied once, when it came in pieces. */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #where: string;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  /** How many bytes are needed before there is anything to cut. */
  #wantedBytes = sizeBytes;

  /** @param where names the sender in errors */
  constructor(maxFrameBytes: number, where: string) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#where = where;
  }

  /**
   * Takes what has arrived.
   *
   * @returns the messages that are complete now, without their sizes
   * @throws StreamsError CORRUPT_MESSAGE for a size that cannot be; nothing can be read after that
   */
  push(chunk: Buffer): Buffer[] {
    this.#pieces.push(chunk);
    this.#heldBytes += chunk.length;
    const frames: Buffer[] = [];
    while (this.#heldBytes >= this.#wantedBytes) {
      const held = this.#joined();
      const length = this.#length(held);
      const end = sizeBytes + length;
      if (held.length < end) {
        this.#wantedBytes = end;
        break;
      }
      frames.push(held.subarray(sizeBytes, end));
      this.#keep(held.subarray(end));
    }
    return frames;
  }

  #joined(): Buffer {
    const [first, ...more] = this.#pieces;
    if (first !== undefined && more.length === 0) return first;
    const joined = Buffer.concat(this.#pieces, this.#heldBytes);
    this.#pieces = [joined];
    return joined;
  }

  #keep(rest: Buffer): void {
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#heldBytes = rest.length;
    this.#wantedBytes = sizeBytes;
  }

  #length(held: Buffer): number {
    const length = held.readInt32BE(0);
    if (length >= minFrameBytes && length <= this.#maxFrameBytes) return length;
    throw this.#refuse(held, length);
  }

  #refuse(held: Buffer, length: number): StreamsError {
    const hint = isTlsAlert(held) ? ' (it speaks TLS)' : '';
    return corrupt(this.#where, `a message of ${length} bytes${hint}, where ${this.#maxFrameBytes} are allowed`);
  }
}

/** True when the first bytes that a connection without TLS gave are TLS. */
export const looksLikeTls = (firstBytes: Buffer): boolean => isTlsAlert(firstBytes);
