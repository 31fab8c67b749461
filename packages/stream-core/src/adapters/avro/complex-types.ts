import { StreamsError } from '../../errors/streams-error.ts';
import type { AvscType, EnumType, InvalidHook, Reader, Resolver, ResolverOptions, Tap } from './avsc-library.ts';
import { AvscArrayType, AvscEnumType, AvscMapType, AvscRecordType } from './avsc-library.ts';
import { wellFormed } from './primitive-types.ts';

// Items such as nulls take no bytes, so the length of a message does not bound their number. Java has such a limit too.
const maxEmptyItems = 65_536;

/** Called after each item: a count in damaged bytes must run into the end of the bytes, not out of memory. */
const checkProgress = (tap: Tap, start: number): void => {
  if (tap.pos > tap.buf.length) throw new RangeError('the bytes are cut off');
  if (tap.pos !== start) return;
  tap.emptyItems = (tap.emptyItems ?? 0) + 1;
  if (tap.emptyItems > maxEmptyItems) throw new RangeError(`more than ${maxEmptyItems} items without any bytes`);
};

/** The number of items in the next block; 0 at the end. A negative count is followed by the size of the block. */
const readBlockCount = (tap: Tap): number => {
  const count = tap.readLong();
  if (count >= 0) return count;
  tap.skipLong();
  return -count;
};

const readArray = (tap: Tap, items: Reader): unknown[] => {
  const values: unknown[] = [];
  for (let count = readBlockCount(tap); count > 0; count = readBlockCount(tap)) {
    for (; count > 0; count--) {
      const start = tap.pos;
      values.push(items._read(tap));
      checkProgress(tap, start);
    }
  }
  return values;
};

const setEntry = (target: { [key: string]: unknown }, key: string, value: unknown): void => {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, configurable: true, enumerable: true, writable: true });
};

const readMap = (tap: Tap, values: Reader): object => {
  const entries: { [key: string]: unknown } = {};
  for (let count = readBlockCount(tap); count > 0; count = readBlockCount(tap)) {
    for (; count > 0; count--) {
      const start = tap.pos;
      const key = tap.readString();
      if (key === undefined) throw new RangeError('the bytes are cut off');
      setEntry(entries, key, values._read(tap));
      checkProgress(tap, start);
    }
  }
  return entries;
};

/** Passes over the blocks of an array or a map. avsc's own can be sent backwards for ever by a negative size. */
const skipBlocks = (tap: Tap, skipItem: () => void): void => {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) {
      const sizeBytes = tap.readLong();
      if (sizeBytes < 0) throw new RangeError('a block has a negative size');
      tap.pos += sizeBytes;
    }
    for (; count > 0; count--) {
      const start = tap.pos;
      skipItem();
      checkProgress(tap, start);
    }
  }
};

class BoundedArrayType extends AvscArrayType {
  override _read(tap: Tap): unknown[] {
    return readArray(tap, this.itemsType);
  }

  override _skip(tap: Tap): void {
    skipBlocks(tap, () => this.itemsType._skip(tap));
  }

  override _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
    if (!(writer instanceof BoundedArrayType)) return;
    const items = this.itemsType.createResolver(writer.itemsType, options);
    resolver._read = (tap) => readArray(tap, items);
  }
}

/** A JavaScript Map has no keys of its own and would be written as an empty map. */
const isEntries = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Map) &&
  !ArrayBuffer.isView(value);

class BoundedMapType extends AvscMapType {
  /** Keys are data, so a path says `*` for them. */
  override _check(value: unknown, flags?: number, hook?: InvalidHook, path?: string[]): boolean {
    if (!isEntries(value)) {
      hook?.(value, this);
      return false;
    }
    path?.push('*');
    let fits = true;
    for (const key of Object.keys(value)) fits = this.valuesType._check(value[key], flags, hook, path) && fits;
    path?.pop();
    return fits;
  }

  override _read(tap: Tap): object {
    return readMap(tap, this.valuesType);
  }

  override _skip(tap: Tap): void {
    skipBlocks(tap, () => {
      tap.skipString();
      this.valuesType._skip(tap);
    });
  }

  override _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
    if (!(writer instanceof BoundedMapType)) return;
    const values = this.valuesType.createResolver(writer.valuesType, options);
    resolver._read = (tap) => readMap(tap, values);
  }

  override _write(tap: Tap, value: unknown): void {
    if (!isEntries(value)) throw new TypeError('not an object of entries');
    const keys = Object.keys(value);
    if (keys.length > 0) tap.writeLong(keys.length);
    for (const key of keys) {
      tap.writeString(wellFormed(key));
      this.valuesType._write(tap, value[key]);
    }
    tap.writeLong(0);
  }
}

const withoutNamespace = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const sameName = (reader: EnumType, writer: EnumType, { ignoreNamespaces = false }: ResolverOptions): boolean => {
  const spelled = ignoreNamespaces ? withoutNamespace : (name: string): string => name;
  if (writer.name === undefined || reader.name === undefined) return true;
  return [reader.name, ...(reader.aliases ?? [])].map(spelled).includes(spelled(writer.name));
};

/** avsc's own takes `constructor` for a symbol, and refuses a writer for one symbol that the reader lacks. */
class StrictEnumType extends AvscEnumType {
  override _check(value: unknown, _flags?: number, hook?: InvalidHook): boolean {
    const fits = typeof value === 'string' && this.symbols.includes(value);
    if (!fits) hook?.(value, this);
    return fits;
  }

  /** As in Java, only a record that has the missing symbol fails. */
  override _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
    if (!(writer instanceof StrictEnumType) || !sameName(this, writer, options)) return;
    const fallback = this.default ?? null;
    const resolved = writer.symbols.map((symbol) => (this.symbols.includes(symbol) ? symbol : fallback));
    if (resolved.every((symbol) => symbol === null)) return;
    resolver._read = (tap) => {
      const index = tap.readLong();
      const symbol = resolved[index];
      if (symbol === undefined) throw new RangeError(`the enum ${writer.name} has no symbol at index ${index}`);
      if (symbol !== null) return symbol;
      throw new StreamsError(
        'SCHEMA_MISMATCH',
        `The reader's enum ${this.name} has no symbol ${writer.symbols[index]} and no default; add one of them.`,
      );
    };
  }

  override _write(tap: Tap, value: unknown): void {
    if (!this._check(value)) throw new TypeError('not a symbol of the enum');
    super._write(tap, value);
  }
}

class PlainRecordType extends AvscRecordType {
  constructor(schema: unknown, options: unknown) {
    super(schema, options);
    // Records come out as plain objects, equal to a literal, instead of instances of a generated class.
    this.recordConstructor.prototype = Object.prototype;
  }

  /** avsc's own writes the defaults for a string or a number where every field has one. */
  override _createWriter(): (tap: Tap, value: unknown) => void {
    const write = super._createWriter();
    return (tap, value) => {
      if (typeof value !== 'object') throw new TypeError('not an object');
      write(tap, value);
    };
  }
}

type ComplexTypeConstructor = new (schema: unknown, options: unknown) => AvscType;

/** Our types in the place of avsc's, by their Avro names. */
export const complexTypes: ReadonlyMap<unknown, ComplexTypeConstructor> = new Map<unknown, ComplexTypeConstructor>([
  ['array', BoundedArrayType],
  ['enum', StrictEnumType],
  ['error', PlainRecordType],
  ['map', BoundedMapType],
  ['record', PlainRecordType],
]);
