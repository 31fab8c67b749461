// The only file that touches the typings of avsc, which are loose (`any`) and leave out the methods that its types call
// on each other. Those methods are what the classes of this folder override to close gaps of avsc 5.7; a test beside
// each class shows the gap, so that a release of avsc that changes them is noticed.
import avsc from 'avsc';

/** The place in a buffer that types read from and write to. Running over its end is silent until `decode` ends. */
export interface Tap {
  readonly buf: Buffer;
  pos: number;
  /** Ours: how many items without any bytes were read from this tap. */
  emptyItems?: number;
  readLong(): number;
  skipLong(): void;
  writeLong(value: number): void;
  /** `undefined` beyond the end. */
  readString(): string | undefined;
  skipString(): void;
  writeString(value: string): void;
}

/** What reads a value: a type, or a resolver from a writer's type to a reader's. */
export interface Reader {
  _read(tap: Tap): unknown;
}

/** A resolver that a type's `_update` fills; left without `_read`, the types do not fit. */
export interface Resolver {
  _read: ((tap: Tap) => unknown) | null;
}

export interface ResolverOptions {
  /** Compare the names of records, enums and fixed without their namespaces. */
  readonly ignoreNamespaces?: boolean;
}

export type InvalidHook = (value: unknown, type: AvscType) => void;

/** A compiled Avro type. */
export interface AvscType extends Reader {
  readonly typeName: string;
  /** The full name; `undefined` for types without one. */
  readonly name: string | undefined;
  readonly aliases: readonly string[] | undefined;
  /** The end of what was written; negative by the number of bytes that are missing in `target`. */
  encode(value: unknown, target: Buffer, offset: number): number;
  /** `offset` is where the value ended, -1 when it ran over the end. */
  decode(source: Buffer, offset: number, resolver?: Reader): { value: unknown; offset: number };
  isValid(
    value: unknown,
    options: { errorHook: (path: readonly string[], value: unknown, type: AvscType) => void },
  ): boolean;
  createResolver(writer: AvscType, options?: ResolverOptions): Reader;
  _skip(tap: Tap): void;
  _write(tap: Tap, value: unknown): void;
  _check(value: unknown, flags?: number, hook?: InvalidHook, path?: string[]): boolean;
  _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void;
}

export interface ArrayType extends AvscType {
  readonly itemsType: AvscType;
}

export interface MapType extends AvscType {
  readonly valuesType: AvscType;
}

export interface EnumType extends AvscType {
  readonly symbols: readonly string[];
  readonly default: string | undefined;
}

export interface FixedType extends AvscType {
  readonly size: number;
}

export interface UnionType extends AvscType {
  readonly types: readonly AvscType[];
}

export interface RecordType extends AvscType {
  readonly fields: readonly { readonly name: string; readonly type: AvscType }[];
  readonly recordConstructor: { prototype: object };
  _createWriter(): (tap: Tap, value: unknown) => void;
}

interface LogicalType extends AvscType {
  readonly underlyingType: AvscType;
}

type Constructor<Instance> = new (schema?: unknown, options?: unknown) => Instance;

export type LogicalTypeConstructor = Constructor<LogicalType>;

export interface CompileOptions {
  readonly logicalTypes: Readonly<Record<string, LogicalTypeConstructor>>;
  /** Throw when a logical type does not suit the type it annotates, instead of ignoring it. */
  readonly assertLogicalTypes: boolean;
  readonly typeHook: (schema: unknown, options: unknown) => AvscType | undefined;
}

interface Library {
  readonly Type: { forSchema(schema: unknown, options: CompileOptions): AvscType };
  readonly types: {
    readonly ArrayType: Constructor<ArrayType>;
    readonly DoubleType: Constructor<AvscType>;
    readonly EnumType: Constructor<EnumType>;
    readonly FloatType: Constructor<AvscType>;
    readonly IntType: Constructor<AvscType>;
    readonly LogicalType: LogicalTypeConstructor;
    readonly LongType: Constructor<AvscType>;
    readonly MapType: Constructor<MapType>;
    readonly RecordType: Constructor<RecordType>;
    readonly StringType: Constructor<AvscType>;
  };
}

const untyped: unknown = avsc;
const library = untyped as Library;

export const AvscArrayType: Constructor<ArrayType> = library.types.ArrayType;
export const AvscDoubleType: Constructor<AvscType> = library.types.DoubleType;
export const AvscEnumType: Constructor<EnumType> = library.types.EnumType;
export const AvscFloatType: Constructor<AvscType> = library.types.FloatType;
export const AvscIntType: Constructor<AvscType> = library.types.IntType;
export const AvscLogicalType: LogicalTypeConstructor = library.types.LogicalType;
export const AvscLongType: Constructor<AvscType> = library.types.LongType;
export const AvscMapType: Constructor<MapType> = library.types.MapType;
export const AvscRecordType: Constructor<RecordType> = library.types.RecordType;
export const AvscStringType: Constructor<AvscType> = library.types.StringType;

/** Compiles parsed JSON to a type. Throws what avsc throws; its messages name parts of the schema. */
export const forSchema = (schema: unknown, options: CompileOptions): AvscType =>
  library.Type.forSchema(schema, options);
