import type { Serde } from '@millrace/stream-core';
import { serdes } from '@millrace/stream-core';
import { CaseError } from '../language/decode.ts';
import type { Literal } from '../language/functions.ts';
import type { TypeName } from '../language/ops.ts';
import { javaDouble } from './java-double.ts';
import type { Numeric } from './numeric.ts';
import { doubleNumeric, integerNumeric, longNumeric } from './numeric.ts';
import type { Cell, Value } from './value.ts';
import { isWindowed } from './value.ts';

/** The static type of a key or value: its bytes, its text, its literals, its arithmetic. */
export interface Type {
  readonly name: string;
  readonly serde: Serde<Cell>;
  /** The type of the key inside a windowed key. */
  readonly inner: Type | null;
  /** @throws CaseError for a type without arithmetic */
  readonly numeric: Numeric;
  /** `text(x)` of the language: `null` for null. */
  text(cell: Cell): string;
  /** A literal of a case. */
  parse(literal: Literal): Cell;
}

const nullOr =
  (show: (value: Value) => string): Type['text'] =>
  (cell) =>
    cell === null ? 'null' : show(cell);

const parsed =
  (parse: (literal: string | number) => Value): Type['parse'] =>
  (literal) =>
    literal === null ? null : parse(literal);

export const stringType: Type = {
  name: 'string',
  serde: serdes.string(),
  inner: null,
  get numeric(): Numeric {
    throw new CaseError('a number is needed, not a string');
  },
  text: nullOr(String),
  parse: parsed(String),
};

/** Longs are bigints. Numbers, as the library counts in, are taken too; what is read is a bigint. */
const longSerde: Serde<Cell> = {
  ...serdes.bigint(),
  serialize: (value, topic, headers) => serdes.bigint().serialize(longNumeric.toLong(value ?? 0n), topic, headers),
};

export const longType: Type = {
  name: 'long',
  serde: longSerde,
  inner: null,
  numeric: longNumeric,
  text: nullOr(String),
  parse: parsed(BigInt),
};

export const integerType: Type = {
  name: 'integer',
  serde: serdes.integer(),
  inner: null,
  numeric: integerNumeric,
  text: nullOr(String),
  parse: parsed(Number),
};

export const doubleType: Type = {
  name: 'double',
  serde: serdes.double(),
  inner: null,
  numeric: doubleNumeric,
  text: nullOr((value) => javaDouble(doubleNumeric.toDouble(value))),
  parse: parsed(Number),
};

const windowedType = (name: string, inner: Type, serde: Serde<Cell>): Type => ({
  name: `${name}<${inner.name}>`,
  serde,
  inner,
  get numeric(): Numeric {
    throw new CaseError('a number is needed, not a windowed key');
  },
  text: nullOr((value) =>
    isWindowed(value) ? `${inner.text(value.key)}@${value.window.start}/${endText(value.window.end)}` : String(value),
  ),
  parse: () => {
    throw new CaseError('windowed keys have no literals');
  },
});

/** To Kafka Streams the end of time is the largest long. */
const endText = (end: number): string => (end === Number.MAX_SAFE_INTEGER ? '9223372036854775807' : String(end));

/** The key of a session. */
export const sessionWindowedType = (inner: Type): Type =>
  windowedType('session', inner, serdes.sessionWindowed(inner.serde));

/** The key of a time window of `sizeMs`. */
export const timeWindowedType = (inner: Type, sizeMs: number): Type =>
  windowedType('windowed', inner, serdes.timeWindowed(inner.serde, sizeMs));

const types: Readonly<Record<TypeName, Type>> = {
  string: stringType,
  long: longType,
  integer: integerType,
  double: doubleType,
};

/** The type that a case names. */
export const typeOf = (name: TypeName): Type => types[name];
