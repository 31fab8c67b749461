import type { Clock } from '../../common/clock.ts';
import type { SchemaSource, WriteSchema } from './schema-source.ts';

interface SchemaCacheOptions {
  readonly source: SchemaSource;
  readonly clock: Clock;
  readonly retryUnknownAfterMs: number;
}

// Damaged bytes can name any id; the cache forgets the oldest of those that the source does not know.
const maxUnknownIds = 10_000;

/**
 * The answers of one schema source, shared by the serdes over it. Each id is asked for once, also when several serdes
 * want it at the same time; an id that the source does not know is asked for again after a while. A failure of the
 * source is not an answer and not kept.
 */
export class SchemaCache {
  readonly #source: SchemaSource;
  readonly #clock: Clock;
  readonly #retryUnknownAfterMs: number;
  readonly #texts = new Map<number, string>();
  /** When to ask again, by id. */
  readonly #unknown = new Map<number, number>();
  readonly #loading = new Map<number, Promise<void>>();
  readonly #registered = new Map<string, WriteSchema>();
  readonly #registering = new Map<string, Promise<WriteSchema>>();

  constructor({ source, clock, retryUnknownAfterMs }: SchemaCacheOptions) {
    this.#source = source;
    this.#clock = clock;
    this.#retryUnknownAfterMs = retryUnknownAfterMs;
  }

  /** The text of a schema that was loaded; `null` when it was not, or is unknown. */
  text(id: number): string | null {
    return this.#texts.get(id) ?? null;
  }

  /** Asks the source for the schema; `undefined` when there is nothing to wait for. */
  load(id: number): Promise<void> | undefined {
    if (this.#texts.has(id)) return undefined;
    const retryAt = this.#unknown.get(id);
    if (retryAt !== undefined && this.#clock.monotonic() < retryAt) return undefined;

    const loading = this.#loading.get(id);
    if (loading !== undefined) return loading;
    const answer = this.#source.schemaById(id);
    if (answer === null || typeof answer === 'string') {
      this.#keep(id, answer);
      return undefined;
    }
    const promise = answer.then((text) => this.#keep(id, text)).finally(() => this.#loading.delete(id));
    this.#loading.set(id, promise);
    return promise;
  }

  /** What to write with for a schema under a subject; no promise when it is known already. */
  register(subject: string, text: string): WriteSchema | Promise<WriteSchema> {
    const key = `${subject}\n${text}`;
    const known = this.#registered.get(key) ?? this.#registering.get(key);
    if (known !== undefined) return known;
    const keep = (answer: number | WriteSchema): WriteSchema => {
      const schema = typeof answer === 'number' ? { id: answer, schema: text } : answer;
      this.#registered.set(key, schema);
      return schema;
    };
    const answer = this.#source.register(subject, text);
    if (!(answer instanceof Promise)) return keep(answer);
    const promise = answer.then(keep).finally(() => this.#registering.delete(key));
    this.#registering.set(key, promise);
    return promise;
  }

  #keep(id: number, text: string | null): void {
    this.#unknown.delete(id);
    if (typeof text === 'string') {
      this.#texts.set(id, text);
      return;
    }
    this.#unknown.set(id, this.#clock.monotonic() + this.#retryUnknownAfterMs);
    if (this.#unknown.size <= maxUnknownIds) return;
    for (const oldest of this.#unknown.keys()) {
      this.#unknown.delete(oldest);
      return;
    }
  }
}
