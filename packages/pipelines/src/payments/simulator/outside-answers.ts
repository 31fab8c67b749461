import type {
  KeyValueStore,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  Serde,
  StoreBuilder,
  StreamRecord,
} from '@millrace/stream-core';
import { serdes, stores } from '@millrace/stream-core';
import type { AnswerId, OutsideWorld } from './outside-world.ts';

// How often held answers are looked at, in event time.
const checkMs = 100;

// Enough for the milliseconds of the next three hundred years, so that the text has the order of the time.
const timeDigits = 13;

const dueText = (at: number): string => String(at).padStart(timeDigits, '0');

/** Describes the store of answers that are held back. */
export const heldAnswers = <V>(name: string, value: Serde<V>): StoreBuilder<KeyValueStore<string, V>> =>
  stores.keyValueStore({ name, key: serdes.string(), value });

/** The answers of a simulated system. */
export interface OutsideAnswersOptions<V> {
  readonly world: OutsideWorld;
  readonly idOf: (answer: V) => AnswerId;
  /** The answer with the time that it took, in ms. */
  readonly withTime: (answer: V, processingTime: number) => V;
  readonly held: StoreBuilder<KeyValueStore<string, V>>;
}

class OutsideAnswers<V> implements Processor<string, V> {
  readonly #options: OutsideAnswersOptions<V>;
  #context: ProcessorContext<string, V> | null = null;
  #held: KeyValueStore<string, V> | null = null;

  constructor(options: OutsideAnswersOptions<V>) {
    this.#options = options;
  }

  init(context: ProcessorContext<string, V>): void {
    this.#context = context;
    this.#held = context.getStateStore(this.#options.held);
    context.schedule(checkMs, 'stream_time', (now) => this.#release(now));
  }

  process(record: StreamRecord<string, V>): void {
    const { world, idOf, withTime } = this.#options;
    const id = idOf(record.value);
    const tookMs = world.processingMs(id);
    const answer = { ...record, value: withTime(record.value, tookMs), timestamp: record.timestamp + tookMs };
    const fate = world.fateOf(id);
    if (fate === 'missing') return;
    if (fate === 'late') {
      this.#hold(answer, answer.timestamp + world.lateByMs(id));
      return;
    }
    this.#context?.forward(answer);
    if (fate === 'twice') this.#context?.forward(answer);
  }

  /** An answer of the future would move the time of whoever reads it: it waits here until its time has come. */
  #hold({ key, value }: StreamRecord<string, V>, dueAt: number): void {
    const { attempt } = this.#options.idOf(value);
    this.#held?.put(`${dueText(dueAt)}/${attempt}/${key}`, value);
  }

  #release(now: number): void {
    const due = this.#held?.range(null, dueText(now + 1)).toArray() ?? [];
    for (const { key, value } of due) {
      this.#held?.delete(key);
      const { transactionId } = this.#options.idOf(value);
      const timestamp = Number(key.slice(0, timeDigits));
      this.#context?.forward({ key: transactionId, value, timestamp, headers: [] });
    }
  }
}

/** Gives answers the time they take, and lets them go astray as the plan says: lost, doubled, or held back. */
export const outsideAnswers =
  <V>(options: OutsideAnswersOptions<V>): ProcessorSupplier<string, V> =>
  () =>
    new OutsideAnswers(options);
