import type { AvscType, FixedType, InvalidHook, LogicalTypeConstructor } from './avsc-library.ts';
import { AvscLogicalType } from './avsc-library.ts';
import { fromBytes, toFixedBytes, toMinimalBytes } from './unscaled-bytes.ts';

// 10 to the precision is computed, so a precision from a foreign schema must not be able to stop the process.
const maxPrecision = 4096;

type Converter = (bytes: Buffer | undefined) => unknown;

const isFixed = (type: AvscType): type is FixedType => type.typeName === 'fixed';

const isBinary = (type: AvscType): boolean => isFixed(type) || type.typeName === 'bytes';

/** `undefined` is what avsc gives for bytes that run over the end. */
const present = (bytes: Buffer | undefined): Buffer => {
  if (bytes === undefined) throw new RangeError('the bytes are cut off');
  return bytes;
};

const attribute = (schema: unknown, name: string): unknown =>
  typeof schema === 'object' && schema !== null ? Reflect.get(schema, name) : undefined;

const readDecimalAttributes = (schema: unknown): { precision: number; scale: number } => {
  const precision = attribute(schema, 'precision');
  const scale = attribute(schema, 'scale') ?? 0;
  if (typeof precision !== 'number' || !Number.isInteger(precision) || precision < 1 || precision > maxPrecision) {
    throw new RangeError(`a decimal has a precision from 1 to ${maxPrecision}`);
  }
  if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0 || scale > precision) {
    throw new RangeError('a decimal has a scale from 0 to its precision');
  }
  return { precision, scale };
};

/** `decimal` on bytes or fixed: a bigint of the unscaled value, so 12.50 with scale 2 is 1250n. */
class DecimalType extends AvscLogicalType {
  readonly precision: number;
  readonly scale: number;
  readonly #limit: bigint;
  readonly #sizeBytes: number | null;

  constructor(schema: unknown, options: unknown) {
    super(schema, options);
    const { precision, scale } = readDecimalAttributes(schema);
    const { underlyingType } = this;
    if (!isBinary(underlyingType)) throw new TypeError('a decimal annotates bytes or fixed');
    this.precision = precision;
    this.scale = scale;
    this.#limit = 10n ** BigInt(precision);
    this.#sizeBytes = isFixed(underlyingType) ? underlyingType.size : null;
    if (this.#sizeBytes !== null && 2n ** (BigInt(this.#sizeBytes) * 8n) < this.#limit * 2n) {
      throw new RangeError(`${this.#sizeBytes} bytes do not hold a decimal of precision ${precision}`);
    }
  }

  #fits(value: unknown): value is bigint {
    return typeof value === 'bigint' && value < this.#limit && -value < this.#limit;
  }

  override _check(value: unknown, _flags?: number, hook?: InvalidHook): boolean {
    const fits = this.#fits(value);
    if (!fits) hook?.(value, this);
    return fits;
  }

  _toValue(value: unknown): Buffer | undefined {
    if (!this.#fits(value)) return undefined;
    return this.#sizeBytes === null ? toMinimalBytes(value) : toFixedBytes(value, this.#sizeBytes);
  }

  _fromValue(bytes: Buffer | undefined): bigint {
    return this.#withinPrecision(fromBytes(present(bytes)));
  }

  #withinPrecision(value: bigint): bigint {
    if (!this.#fits(value)) throw new RangeError(`a decimal has more than ${this.precision} digits`);
    return value;
  }

  /** Another scale would change amounts without a word, so it does not fit. Bytes that are no decimal are believed. */
  _resolve(writer: AvscType): ((value: never) => unknown) | undefined {
    if (writer instanceof DecimalType) {
      return writer.scale === this.scale ? (value: bigint) => this.#withinPrecision(value) : undefined;
    }
    const read: Converter = (bytes) => this._fromValue(bytes);
    return isBinary(writer) ? read : undefined;
  }

  _export(schema: { precision?: number; scale?: number }): void {
    schema.precision = this.precision;
    schema.scale = this.scale;
  }
}

const uuidSize = 16;
const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/iu;

/** `uuid` on fixed(16): the text of 36 characters, in lower case. On a string it is that string. */
class UuidType extends AvscLogicalType {
  constructor(schema: unknown, options: unknown) {
    super(schema, options);
    const { underlyingType } = this;
    if (!isFixed(underlyingType) || underlyingType.size !== uuidSize) {
      throw new TypeError(`a uuid annotates a string or ${uuidSize} bytes of fixed`);
    }
  }

  _toValue(value: unknown): Buffer | undefined {
    if (typeof value !== 'string' || !uuidPattern.test(value)) return undefined;
    return Buffer.from(value.replaceAll('-', ''), 'hex');
  }

  _fromValue(bytes: Buffer | undefined): string {
    const hex = present(bytes).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  _resolve(writer: AvscType): ((value: never) => unknown) | undefined {
    if (writer instanceof UuidType) return (text: string) => text;
    const read: Converter = (bytes) => this._fromValue(bytes);
    return isFixed(writer) && writer.size === uuidSize ? read : undefined;
  }
}

/** The logical types whose values differ from those of the type beneath; all others are the type beneath. */
export const logicalTypes: Readonly<Record<string, LogicalTypeConstructor>> = Object.freeze(
  // Names come from schemas, and no name may find a method of Object.
  Object.assign(Object.create(null), { decimal: DecimalType, uuid: UuidType }),
);

/** `decimal(12, 2)`, or the name of another logical type. */
export const describeLogicalType = (type: AvscType): string =>
  type instanceof DecimalType ? `decimal(${type.precision}, ${type.scale})` : type.typeName.replace('logical:', '');

/** True when equal values have equal bytes, whoever wrote them: decimals in bytes may be padded with sign bytes. */
export const isCanonicalLogicalType = (type: AvscType): boolean =>
  type instanceof UuidType || (type instanceof DecimalType && isFixed(type.underlyingType));
