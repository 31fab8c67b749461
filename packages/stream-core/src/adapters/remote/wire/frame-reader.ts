import { StreamsError } from '../../../errors/streams-error.ts';

/** What came in one frame: the text of a message, and the raw bytes behind it. */
export interface Frame {
  readonly text: string;
  readonly raw: Buffer;
}

/** Length of all that follows, and length of the text. */
export const framePrefixBytes = 8;

const broken = (message: string): StreamsError => new StreamsError('BROKER_UNAVAILABLE', message);

/** Cuts the bytes of a connection into frames: length (4 bytes), length of the text (4), text, raw bytes. */
export class FrameReader {
  readonly #maxFrameBytes: number;
  #chunks: Buffer[] = [];
  #buffered = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /**
   * The next frame, or null while it is not complete. Its bytes are views on what was received where that came in one
   * piece.
   *
   * @throws StreamsError BROKER_UNAVAILABLE when lengths are beyond the limit or contradict each other
   */
  next(): Frame | null {
    if (this.#buffered < framePrefixBytes) return null;
    const prefix = this.#peek();
    const size = prefix.readUInt32BE(0) + 4;
    const textSize = prefix.readUInt32BE(4);
    // Checked before anything is gathered: a wrong length must not cost memory.
    if (size > this.#maxFrameBytes) throw broken(`a frame of ${size} bytes is more than ${this.#maxFrameBytes}`);
    if (textSize + framePrefixBytes > size) throw broken('the text of a frame is longer than the frame');
    if (this.#buffered < size) return null;
    const bytes = this.#take(size);
    const end = framePrefixBytes + textSize;
    return { text: bytes.toString('utf8', framePrefixBytes, end), raw: bytes.subarray(end) };
  }

  /** At least the prefix, in one piece. */
  #peek(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= framePrefixBytes) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #take(size: number): Buffer {
    this.#buffered -= size;
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= size) {
      this.#chunks[0] = first.subarray(size);
      if (first.length === size) this.#chunks.shift();
      return first.subarray(0, size);
    }
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = joined.length > size ? [joined.subarray(size)] : [];
    return joined.subarray(0, size);
  }
}
