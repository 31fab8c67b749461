/** Kafka's types of one value. `records` are record batches as they stand in the log. */
export type ScalarType = 'boolean' | 'int8' | 'int16' | 'int32' | 'int64' | 'uuid' | 'string' | 'bytes' | 'records';

interface FieldOptions {
  /** The first version that has the field. @default all of the api */
  readonly since?: number;
  /** The last version that has the field. @default all of the api */
  readonly until?: number;
  /** Null is allowed in every version that has the field. */
  readonly nullable?: true;
  /** The first version in which null is allowed. */
  readonly nullableSince?: number;
  /** The number of a tagged field: it is written only when it is not the default. */
  readonly tag?: number;
  /** What stands for an absent field. @default zero, false, empty */
  readonly default?: string | number | boolean | null;
}

/** A field of a message. A plain string is a type without options. */
export type Field =
  | ScalarType
  | ({ readonly type: ScalarType } & FieldOptions)
  | ({ readonly array: ScalarType | Fields } & FieldOptions)
  | ({ readonly struct: Fields } & FieldOptions);

/** The fields of a message or struct, in the order of the wire, by Kafka's names in camel case. */
export interface Fields {
  readonly [name: string]: Field;
}

interface ScalarValues {
  readonly boolean: boolean;
  readonly int8: number;
  readonly int16: number;
  readonly int32: number;
  readonly int64: number;
  /** 32 hexadecimal digits with hyphens. */
  readonly uuid: string;
  readonly string: string;
  readonly bytes: Uint8Array;
  readonly records: Uint8Array;
}

type OrNull<F> = F extends { nullable: true } | { nullableSince: number } ? null : never;

type ReadValue<F> = F extends ScalarType
  ? ScalarValues[F]
  : F extends { type: infer S extends ScalarType }
    ? ScalarValues[S]
    : F extends { array: infer E }
      ? readonly ReadElement<E>[]
      : F extends { struct: infer S }
        ? Read<S>
        : never;

type ReadElement<E> = E extends ScalarType ? ScalarValues[E] : Read<E>;

/** A message as it is read: every field is there, those that the version does not have with their default. */
export type Read<S> = { readonly [K in keyof S]: ReadValue<S[K]> | OrNull<S[K]> };

type OptionalField = { default: unknown } | { since: number } | { until: number } | { tag: number };

type OptionalNames<S> = { [K in keyof S]: S[K] extends OptionalField ? K : never }[keyof S];

type WrittenValue<F> = F extends ScalarType
  ? ScalarValues[F]
  : F extends { type: infer S extends ScalarType }
    ? ScalarValues[S]
    : F extends { array: infer E }
      ? readonly WrittenElement<E>[]
      : F extends { struct: infer S }
        ? Written<S>
        : never;

type WrittenElement<E> = E extends ScalarType ? ScalarValues[E] : Written<E>;

/** A message as it is written: what has a default, or is not in every version, may be left out. */
export type Written<S> = {
  readonly [K in Exclude<keyof S, OptionalNames<S>>]: WrittenValue<S[K]> | OrNull<S[K]>;
} & {
  readonly [K in OptionalNames<S>]?: WrittenValue<S[K]> | OrNull<S[K]>;
};
