/** A case that does not follow the language: the case is wrong, not what it tests. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
}

/** Reads a part of a case. `at` says where it is, for the message. @throws CaseError */
export type Decoder<T> = (json: unknown, at: string) => T;

/** A decoder for every field of `T`. */
export type Fields<T> = { readonly [Key in keyof T]: Decoder<T[Key]> };

/** The members of a union that may carry `Name` in their field `Tag`. */
export type Variant<T extends { readonly [Key in Tag]: string }, Tag extends string, Name> = T extends unknown
  ? Name extends T[Tag]
    ? T
    : never
  : never;

const shown = (json: unknown): string => (json === undefined ? 'nothing' : JSON.stringify(json));

const refuse = (json: unknown, at: string, wanted: string): never => {
  throw new CaseError(`${at}: ${wanted} is needed, not ${shown(json)}`);
};

export const text: Decoder<string> = (json, at) => (typeof json === 'string' ? json : refuse(json, at, 'text'));

export const decimal: Decoder<number> = (json, at) =>
  typeof json === 'number' && Number.isFinite(json) ? json : refuse(json, at, 'a number');

export const integer: Decoder<number> = (json, at) =>
  Number.isSafeInteger(json) ? (json as number) : refuse(json, at, 'an integer');

export const flag: Decoder<boolean> = (json, at) =>
  typeof json === 'boolean' ? json : refuse(json, at, 'true or false');

/** Takes anything: what only explains, or is read later when its type is known. */
export const anything: Decoder<unknown> = (json) => json;

/** Text in base64. */
export const bytes: Decoder<Buffer> = (json, at) => Buffer.from(text(json, at), 'base64');

/** One of these words. */
export const word =
  <T extends string>(...words: readonly T[]): Decoder<T> =>
  (json, at) =>
    words.find((candidate) => candidate === json) ?? refuse(json, at, words.join(' or '));

/** What is absent or null is null. */
export const orNull =
  <T>(decoder: Decoder<T>): Decoder<T | null> =>
  (json, at) =>
    json === undefined || json === null ? null : decoder(json, at);

/** What is absent or null is `fallback`. */
export const or =
  <T>(decoder: Decoder<T>, fallback: T): Decoder<T> =>
  (json, at) =>
    json === undefined || json === null ? fallback : decoder(json, at);

export const list =
  <T>(item: Decoder<T>): Decoder<readonly T[]> =>
  (json, at) =>
    Array.isArray(json) ? json.map((element, index) => item(element, `${at}[${index}]`)) : refuse(json, at, 'an array');

const objectOf = (json: unknown, at: string): Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json as Readonly<Record<string, unknown>>)
    : refuse(json, at, 'an object');

/** An object with names of its own, such as topics. */
export const mapOf =
  <T>(item: Decoder<T>): Decoder<ReadonlyMap<string, T>> =>
  (json, at) =>
    new Map(Object.entries(objectOf(json, at)).map(([name, value]) => [name, item(value, `${at}.${name}`)]));

/** An object of exactly these fields: a field that the language does not have is an error, never ignored. */
export const object =
  <T extends object>(fields: Fields<T>): Decoder<T> =>
  (json, at) => {
    const source = objectOf(json, at);
    for (const name of Object.keys(source)) {
      if (!Object.hasOwn(fields, name)) throw new CaseError(`${at}: it has an unknown field ${name}`);
    }
    const result: Partial<T> = {};
    for (const name in fields) result[name] = fields[name](source[name], `${at}.${name}`);
    return result as T;
  };

/** A union whose members are told apart by the text in the field `tag`. */
export const tagged =
  <T extends { readonly [Key in Tag]: string }, Tag extends string>(
    tag: Tag,
    variants: { readonly [Name in T[Tag]]: Fields<Omit<Variant<T, Tag, Name>, Tag>> },
  ): Decoder<T> =>
  (json, at) => {
    const name = text(objectOf(json, at)[tag], `${at}.${tag}`);
    if (!Object.hasOwn(variants, name)) throw new CaseError(`${at}: there is no ${tag} ${name}`);
    const fields = variants[name as T[Tag]] as Fields<Omit<T, Tag>>;
    return object<T>({ ...fields, [tag]: text } as Fields<T>)(json, `${at}(${name})`);
  };
