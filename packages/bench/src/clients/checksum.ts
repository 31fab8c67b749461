/** A checksum over so many records, which needs a byte of every key and of every value. */
export class Checksum {
  #left: number;
  #sum = 0;

  constructor(records: number) {
    this.#left = records;
  }

  /** Whether all records were read. Those that come after them do not count. */
  get isComplete(): boolean {
    return this.#left === 0;
  }

  get value(): number {
    return this.#sum;
  }

  add(key: Uint8Array | null, value: Uint8Array | null): void {
    if (this.#left === 0 || key === null || value === null) return;
    this.#left--;
    this.#sum = (this.#sum * 31 + (key[key.length - 1] ?? 0) + (value[0] ?? 0) + key.length + value.length) | 0;
  }
}
