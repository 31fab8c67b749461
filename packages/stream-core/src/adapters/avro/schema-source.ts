/** The schema that values are written with, where that is not the one that was asked for. */
export interface WriteSchema {
  readonly id: number;
  /** JSON text. */
  readonly schema: string;
}

/**
 * Where schemas get their ids: {@link schemaRegistry}, a file, or {@link inMemorySchemaSource}.
 *
 * A source may answer at once instead of with a promise; serdes over such a source never wait. Errors that a source
 * throws reach the caller of `prepare` and `prepareWrite` as they are. The source limits its own concurrency, timeouts
 * and retries; answers are kept by its caller, which never asks twice for an id at the same time.
 */
export interface SchemaSource {
  /**
   * The id of `schema` (JSON text) under `subject`: registers it, or looks it up where registering is not allowed.
   * With a `WriteSchema` the source chooses another schema to write with; it must be able to read what `schema` writes.
   * Throws when the subject refuses it.
   */
  register(subject: string, schema: string): Promise<number | WriteSchema> | number | WriteSchema;
  /** The JSON text of the schema of that id; `null` when the source does not know the id. */
  schemaById(id: number): Promise<string | null> | string | null;
}
