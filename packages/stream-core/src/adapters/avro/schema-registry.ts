import { StreamsError } from '../../errors/streams-error.ts';
import { inlineReferences } from './registry/inline-references.ts';
import type { RegistryAnswer, RegistryRequest } from './registry/registry-client.ts';
import { RegistryClient } from './registry/registry-client.ts';
import type { ResolvedRegistryOptions, SchemaRegistryOptions } from './registry/registry-options.ts';
import { resolveRegistryOptions } from './registry/registry-options.ts';
import type { SchemaSource, WriteSchema } from './schema-source.ts';

// The registry's own codes for "there is no such thing". A 404 without one comes from something that is no registry,
// and must not make records look as if their schema was unknown.
const unknownCodes = new Set<number | null>([40401, 40402, 40403]);

const maxReferences = 1000;

interface Reference {
  readonly subject: string;
  readonly version: number;
}

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' &&
  value !== null &&
  'subject' in value &&
  typeof value.subject === 'string' &&
  'version' in value &&
  typeof value.version === 'number';

interface Found {
  readonly text: string;
  readonly references: readonly Reference[];
}

class RegistrySource implements SchemaSource {
  readonly #client: RegistryClient;
  readonly #options: ResolvedRegistryOptions;

  constructor(options: ResolvedRegistryOptions) {
    this.#options = options;
    this.#client = new RegistryClient(options);
  }

  async schemaById(id: number): Promise<string | null> {
    const request = { what: `schema ${id}`, path: `/schemas/ids/${id}` };
    const answer = await this.#client.ask(request);
    if (answer.ok) return this.#text(request, answer.value);
    if (unknownCodes.has(answer.errorCode)) return null;
    throw this.#client.refused(request, answer);
  }

  register(subject: string, schema: string): Promise<number | WriteSchema> {
    const { autoRegister, useLatestVersion } = this.#options;
    if (autoRegister) return this.#register(subject, schema);
    return useLatestVersion ? this.#latest(subject) : this.#lookUp(subject, schema);
  }

  async #register(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const request = { what: `the registration of a schema under ${subject}`, path, body: { schema } };
    const answer = await this.#client.ask(request);
    if (answer.ok) return this.#id(request, answer.value);
    if (answer.status !== 409) throw this.#client.refused(request, answer);
    const message = `The schema registry refuses the schema for the subject ${subject}, because it does not go with the versions there: ${answer.message}; change the schema so that it does, or the compatibility level of the subject`;
    throw new StreamsError('SCHEMA_INCOMPATIBLE', message);
  }

  async #lookUp(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const request = { what: `the id of a schema under ${subject}`, path, body: { schema } };
    const answer = await this.#client.ask(request);
    if (answer.ok) return this.#id(request, answer.value);
    throw this.#notFound(subject, request, answer);
  }

  async #latest(subject: string): Promise<WriteSchema> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/latest`;
    const request = { what: `the latest version of ${subject}`, path };
    const answer = await this.#client.ask(request);
    if (!answer.ok) throw this.#notFound(subject, request, answer);
    return { id: this.#id(request, answer.value), schema: await this.#text(request, answer.value) };
  }

  #notFound(subject: string, request: RegistryRequest, answer: RegistryAnswer & { ok: false }): StreamsError {
    if (!unknownCodes.has(answer.errorCode)) return this.#client.refused(request, answer);
    const message = `The schema registry does not have the schema to write with under the subject ${subject}: ${answer.message}; register it there, or set autoRegister`;
    return new StreamsError('SCHEMA_UNKNOWN', message);
  }

  #id(request: RegistryRequest, { id }: Readonly<Record<string, unknown>>): number {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= 0xffff_ffff) return id;
    throw this.#client.unreadable(request, 'it has no schema id');
  }

  /** The text in an answer, whole: what it refers to is part of it. */
  async #text(request: RegistryRequest, value: Readonly<Record<string, unknown>>): Promise<string> {
    const { schemaType = 'AVRO' } = value;
    // No reader's schema fits that, which is a problem of the records with this id and of no others.
    if (schemaType !== 'AVRO') return JSON.stringify({ type: `${String(schemaType).slice(0, 50)}, which is not Avro` });
    const { text, references } = this.#found(request, value);
    if (references.length === 0) return text;
    const referenced = await this.#referenced(references);
    try {
      return inlineReferences(text, referenced);
    } catch (error) {
      throw this.#client.unreadable(request, 'a schema in it is no JSON', error);
    }
  }

  async #referenced(references: readonly Reference[]): Promise<string[]> {
    const texts: string[] = [];
    const met = new Set<string>();
    const open = [...references];
    for (const { subject, version } of open) {
      const key = `${version} ${subject}`;
      if (met.has(key)) continue;
      met.add(key);
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
      const request = { what: `version ${version} of ${subject}, which a schema refers to`, path };
      if (met.size > maxReferences) throw this.#client.unreadable(request, `more than ${maxReferences} references`);
      const answer = await this.#client.ask(request);
      if (!answer.ok) throw this.#client.refused(request, answer);
      const found = this.#found(request, answer.value);
      texts.push(found.text);
      open.push(...found.references);
    }
    return texts;
  }

  #found(request: RegistryRequest, { schema, references = null }: Readonly<Record<string, unknown>>): Found {
    if (typeof schema !== 'string') throw this.#client.unreadable(request, 'it has no schema');
    const list: unknown = references ?? [];
    if (Array.isArray(list) && list.every(isReference)) return { text: schema, references: list };
    throw this.#client.unreadable(request, 'its references are none');
  }
}

/**
 * A schema registry with Confluent's HTTP API (Confluent, Apicurio under `/apis/ccompat/v7`, Karapace, Redpanda) as the
 * source of `avroSerdes`.
 *
 * The registry is asked at the edges only: for the schemas of fetched records before they are decoded, and for the id to
 * write with when a task is assigned. Each answer is kept, a failure never is. A schema that refers to others is
 * fetched with them. Compatibility levels are the registry's business; nothing here changes them.
 *
 * A registry that is away, or answers with a status that says so, is asked again after growing pauses. Errors that
 * `prepare` and `prepareWrite` reject with: SCHEMA_REGISTRY_UNAVAILABLE (after the last attempt; the stream thread
 * starts again and nothing is lost), SCHEMA_INCOMPATIBLE (a schema that does not go with the versions of its subject),
 * SCHEMA_UNKNOWN (without `autoRegister`: the subject does not have the schema), AUTHENTICATION_FAILED (credentials or
 * certificates), AUTHORIZATION_FAILED, CORRUPT_MESSAGE (an answer that is none, or too long), REQUEST_REFUSED.
 *
 * @throws ConfigError (CONFIG_INVALID) with everything that is wrong with the options
 *
 * @example
 * const source = schemaRegistry({ url: 'https://registry:8081', auth: { username, password } });
 * const avro = avroSerdes({ source });
 */
export const schemaRegistry = (options: SchemaRegistryOptions): SchemaSource =>
  new RegistrySource(resolveRegistryOptions(options));
