const firstCapacity = 64 * 1024;
/** Value length of a row that deletes. */
const none = 0xffff_ffff;
/** Up to so many rows are compared one by one; of more, four bytes of each key are sorted as numbers. */
const fewRows = 24;
/** Rows have numbers of so many bits, so that four bytes of key and a number fit into one double. */
const rowNumbers = 2 ** 20;

/**
 * Rows of a changelog on their way into an engine: packed into one buffer that is used again and again, since a million
 * small objects that live for a moment cost more than the engine does.
 */
export class RestoredRows {
  readonly #prefix: Buffer;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #size = 0;
  /** For each row: where its key begins, the length of the key, the length of the value. */
  #places = new Uint32Array(0);

  /** @param prefix stands before every key in the engine */
  constructor(prefix: Buffer) {
    this.#prefix = prefix;
  }

  /** How many changes were added. */
  get size(): number {
    return this.#size;
  }

  /** What they take, in bytes. */
  get bytes(): number {
    return this.#end + this.#size * 12;
  }

  /** Whether no more can be added before a `clear`. */
  get isFull(): boolean {
    return this.#size === rowNumbers;
  }

  /** Adds a change; null deletes. The bytes are copied. */
  add(key: Buffer, value: Buffer | null): void {
    const keyLength = this.#prefix.length + key.length;
    const length = keyLength + (value?.length ?? 0);
    if (this.#end + length > this.#bytes.length) this.#grow(length);
    const at = this.#size * 3;
    if (at === this.#places.length) this.#growPlaces();
    this.#places[at] = this.#end;
    this.#places[at + 1] = keyLength;
    this.#places[at + 2] = value === null ? none : value.length;
    this.#bytes.set(this.#prefix, this.#end);
    this.#bytes.set(key, this.#end + this.#prefix.length);
    if (value !== null) this.#bytes.set(value, this.#end + keyLength);
    this.#end += length;
    this.#size++;
  }

  /** Gives all changes as they came. Their bytes are good until the next `add` or `clear`. */
  visitInOrder(visit: (key: Buffer, value: Buffer | null) => void): void {
    const withoutPrefix = (key: Buffer, value: Buffer | null): void => visit(key.subarray(this.#prefix.length), value);
    for (let row = 0; row < this.#size; row++) this.#visit(row, withoutPrefix);
  }

  /**
   * Gives every key once with its last value, in key order, as keys stand in the engine: with the prefix. The bytes are
   * good until the next `add` or `clear`. A call instead of an iterator: there are millions of rows.
   */
  visitSorted(visit: (key: Buffer, value: Buffer | null) => void): void {
    if (this.#size === 0) return;
    const depth = this.#prefix.length;
    const rows = Uint32Array.from({ length: this.#size }, (_, row) => row);
    this.#sort(rows, depth);
    let row = rows[0] as number;
    let part = this.#keyPart(row, depth);
    for (let index = 1; index < rows.length; index++) {
      const next = rows[index] as number;
      const nextPart = this.#keyPart(next, depth);
      // Most keys differ at their beginning, which is seen without a call.
      if (part !== nextPart || this.#compareKeys(row, next) !== 0) this.#visit(row, visit);
      [row, part] = [next, nextPart];
    }
    this.#visit(row, visit);
  }

  /** Forgets all rows and keeps the memory for the next ones. */
  clear(): void {
    this.#end = 0;
    this.#size = 0;
  }

  /** Sorts rows by key and then by their order; their keys are alike up to `depth`. */
  #sort(rows: Uint32Array, depth: number): void {
    if (rows.length <= fewRows || !this.#hasKeysBeyond(rows, depth)) {
      rows.sort((left, right) => this.#compareKeys(left, right) || left - right);
      return;
    }
    // Sorting doubles is native and quick; a double holds four bytes of key above the number of the row.
    const parts = Float64Array.from(rows, (row) => this.#keyPart(row, depth) * rowNumbers + row).sort();
    let [start, alike] = [0, -1];
    for (let index = 0; index < parts.length; index++) {
      const both = parts[index] as number;
      const part = Math.floor(both / rowNumbers);
      rows[index] = both - part * rowNumbers;
      if (part === alike) continue;
      if (index - start > 1) this.#sort(rows.subarray(start, index), depth + 4);
      [start, alike] = [index, part];
    }
    if (parts.length - start > 1) this.#sort(rows.subarray(start), depth + 4);
  }

  #hasKeysBeyond(rows: Uint32Array, depth: number): boolean {
    return rows.some((row) => (this.#places[row * 3 + 1] as number) > depth);
  }

  /** Four bytes of a key as a number; zeros stand behind its end. */
  #keyPart(row: number, depth: number): number {
    const start = this.#places[row * 3] as number;
    const end = start + (this.#places[row * 3 + 1] as number);
    const at = start + depth;
    if (at + 4 <= end) return this.#bytes.readUInt32BE(at);
    let part = 0;
    for (let index = at; index < at + 4; index++)
      part = part * 256 + (index < end ? (this.#bytes[index] as number) : 0);
    return part;
  }

  #compareKeys(left: number, right: number): number {
    const [from, to] = [this.#places[left * 3] as number, this.#places[right * 3] as number];
    const [fromEnd, toEnd] = [
      from + (this.#places[left * 3 + 1] as number),
      to + (this.#places[right * 3 + 1] as number),
    ];
    return this.#bytes.compare(this.#bytes, to, toEnd, from, fromEnd);
  }

  #visit(row: number, visit: (key: Buffer, value: Buffer | null) => void): void {
    const start = this.#places[row * 3] as number;
    const keyEnd = start + (this.#places[row * 3 + 1] as number);
    const length = this.#places[row * 3 + 2] as number;
    visit(this.#bytes.subarray(start, keyEnd), length === none ? null : this.#bytes.subarray(keyEnd, keyEnd + length));
  }

  #grow(length: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(firstCapacity, this.#bytes.length * 2, this.#end + length));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }

  #growPlaces(): void {
    const places = new Uint32Array(Math.max(3 * 1_024, this.#places.length * 2));
    places.set(this.#places);
    this.#places = places;
  }
}
