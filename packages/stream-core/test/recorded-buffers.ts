import type { RecordContext } from '../src/common/record-context.ts';
import { emptyRecordContext } from '../src/common/record-context.ts';
import { timeOrderedBufferBuilder } from '../src/state/store-builders.ts';
import type { BufferEviction, TimeOrderedBuffer } from '../src/state/time-ordered-buffer.ts';
import type { Differences, RecordedHeaders } from './recorded-stores.ts';
import { comparing, hexHeaders, openRecorded, text, unhex } from './recorded-stores.ts';

/** What a suppress of Kafka Streams 4.3.1 put out and logged for random updates of a table. */
export interface RecordedBuffer {
  readonly store: 'buffer';
  /** How long suppress waits, in ms, and its bounds; -1 is none. */
  readonly limit: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly steps: readonly {
    readonly key: string;
    readonly value: string | null;
    readonly ts: number;
    readonly headers: RecordedHeaders;
    readonly out: readonly (readonly [string, string | null, number, RecordedHeaders])[];
    readonly log: readonly (readonly [string, string | null, RecordedHeaders])[];
  }[];
}

/** What suppress does with a buffer, by the time of its records. */
class Suppress {
  readonly #buffer: TimeOrderedBuffer<string, string>;
  readonly #recorded: RecordedBuffer;
  readonly #table = new Map<string, string>();
  #observedTime = -1;

  constructor(buffer: TimeOrderedBuffer<string, string>, recorded: RecordedBuffer) {
    this.#buffer = buffer;
    this.#recorded = recorded;
  }

  process(
    key: string,
    newValue: string | null,
    context: RecordContext,
  ): [string, string | null, number, RecordedHeaders][] {
    const { limit } = this.#recorded;
    const out: [string, string | null, number, RecordedHeaders][] = [];
    const emit = (eviction: BufferEviction<string, string>): void => {
      out.push([eviction.key, eviction.newValue, eviction.context.timestamp, hexHeaders(eviction.context.headers)]);
    };
    const oldValue = this.#table.get(key) ?? null;
    if (newValue === null) this.#table.delete(key);
    else this.#table.set(key, newValue);
    this.#observedTime = Math.max(this.#observedTime, context.timestamp);
    this.#buffer.put(context.timestamp, { key, newValue, oldValue }, context);
    const expiry = this.#observedTime - limit;
    this.#buffer.evictWhile(() => (this.#buffer.minTimestamp ?? Number.POSITIVE_INFINITY) <= expiry, emit);
    this.#buffer.evictWhile(() => this.#isFull(), emit);
    return out;
  }

  #isFull(): boolean {
    const { maxRecords, maxBytes } = this.#recorded;
    if (maxRecords >= 0 && this.#buffer.numRecords > maxRecords) return true;
    return maxBytes >= 0 && this.#buffer.bufferSize > maxBytes;
  }
}

const byKey = <T extends readonly unknown[]>(rows: readonly T[]): T[] =>
  [...rows].sort((left, right) => (String(left[0]) < String(right[0]) ? -1 : 1));

/** Where a suppress over our buffer puts out or logs other than Kafka Streams. At a commit the keys come in no order. */
export const bufferDifferences = (recorded: RecordedBuffer): Differences => {
  const differences: Differences = [];
  const compare = comparing(differences);
  const builder = timeOrderedBufferBuilder<string, string>(
    { name: 's', key: () => text.key, value: () => text.value },
    { persistent: true, logging: true, changelogConfig: {} },
  );
  const live = openRecorded(builder, { isPersistent: true });
  const restored = openRecorded(builder, { isPersistent: true });
  const suppress = new Suppress(live.open.store, recorded);
  recorded.steps.forEach(({ key, value, ts, headers, out, log }, offset) => {
    const decoded = headers.map(([name, bytes]) => ({ key: name, value: unhex(bytes) }));
    const context = { ...emptyRecordContext(ts), topic: 'in', partition: 0, offset, headers: decoded };
    live.process(context, () => compare(`${offset} output`, out, suppress.process(key, value, context)));
    const logged = live.logged.splice(0).map(([rowKey, row, , rowHeaders]) => [rowKey, row, rowHeaders]);
    compare(`${offset} changelog`, byKey(log), byKey(logged));
    for (const [rowKey, row] of log) restored.open.restore(unhex(rowKey) as Buffer, unhex(row), 0);
    restored.process(context, () => {});
    const [a, b] = [live.open.store, restored.open.store];
    compare(
      `${offset} restored`,
      [a.numRecords, a.bufferSize, a.minTimestamp],
      [b.numRecords, b.bufferSize, b.minTimestamp],
    );
  });
  return differences;
};
