import { StreamsError } from '../../../errors/streams-error.ts';
import type { LengthRules } from './bounds.ts';
import { corrupt, readLength, readUnsignedVarint, writeLength } from './bounds.ts';
import type { Reader } from './reader.ts';
import type { Codec, FieldTraits } from './scalar-codecs.ts';
import { scalarCodec, scalarDefaults } from './scalar-codecs.ts';
import type { Field, Fields, ScalarType } from './schema.ts';
import { Writer } from './writer.ts';

interface StructTraits {
  readonly version: number;
  readonly flexible: boolean;
  /** Names the struct in errors. */
  readonly where: string;
}

/** A field of a struct in one version. */
interface Slot {
  readonly name: string;
  readonly codec: Codec;
  readonly absent: unknown;
}

interface TaggedSlot extends Slot {
  readonly tag: number;
}

type FieldObject = Exclude<Field, string>;
type Values = Readonly<Record<string, unknown>>;

const minTaggedFieldBytes = 2;

const optionsOf = (field: Field): FieldObject => (typeof field === 'string' ? { type: field } : field);

const isPresent = ({ since = 0, until = Number.POSITIVE_INFINITY }: FieldObject, version: number): boolean =>
  version >= since && version <= until;

const isNullable = ({ nullable, nullableSince }: FieldObject, version: number): boolean =>
  nullable === true || (nullableSince !== undefined && version >= nullableSince);

const arrayCodec = (element: Codec, traits: FieldTraits): Codec => {
  const { nullable, compact, where } = traits;
  const rules: LengthRules = { ...traits, wide: true, unitBytes: element.minBytes };
  return {
    minBytes: compact ? 1 : 4,
    write: (writer, value) => {
      const items = value as readonly unknown[] | null;
      if (items === null && !nullable) {
        throw new StreamsError('UNSUPPORTED_VERSION', `${where} cannot be null in this version of the request.`);
      }
      const length = items?.length ?? -1;
      writeLength(writer, length, rules);
      for (const item of items ?? []) element.write(writer, item);
    },
    read: (reader) => {
      const length = readLength(reader, rules);
      if (length === -1) return null;
      const items: unknown[] = [];
      for (let i = 0; i < length; i++) items.push(element.read(reader));
      return items;
    },
    received: (value) => (value === null ? null : (value as readonly unknown[]).map((item) => element.received(item))),
  };
};

const elementCodec = (element: ScalarType | Fields, traits: StructTraits): Codec =>
  typeof element === 'string'
    ? scalarCodec(element, { nullable: false, compact: traits.flexible, where: traits.where })
    : structCodec(element, traits);

const fieldCodec = (field: FieldObject, traits: StructTraits): Codec => {
  const { version, flexible, where } = traits;
  const fieldTraits = { nullable: isNullable(field, version), compact: flexible, where };
  if ('type' in field) return scalarCodec(field.type, fieldTraits);
  if ('array' in field) return arrayCodec(elementCodec(field.array, traits), fieldTraits);
  return structCodec(field.struct, traits);
};

const defaultOf = (field: FieldObject, codec: Codec): unknown => {
  if (field.default !== undefined) return field.default;
  if ('type' in field) return scalarDefaults[field.type];
  return 'array' in field ? [] : codec.received({});
};

const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const entries = Object.entries(a);
  const other = b as Values;
  return entries.length === Object.keys(b).length && entries.every(([key, value]) => isSame(value, other[key]));
};

const writeTagged = (writer: Writer, slots: readonly TaggedSlot[], values: Values): void => {
  const present: { tag: number; bytes: Writer }[] = [];
  for (const { name, codec, absent, tag } of slots) {
    const value = values[name];
    if (value === undefined || isSame(codec.received(value), absent)) continue;
    const bytes = new Writer();
    codec.write(bytes, value);
    present.push({ tag, bytes });
  }
  writer.appendUnsignedVarInt(present.length);
  for (const { tag, bytes } of present) {
    writer.appendUnsignedVarInt(tag).appendUnsignedVarInt(bytes.length).appendFrom(bytes);
  }
};

const readTagged = (reader: Reader, slots: readonly TaggedSlot[], where: string): ReadonlyMap<string, unknown> => {
  const values = new Map<string, unknown>();
  const count = readUnsignedVarint(reader, where);
  if (count * minTaggedFieldBytes > reader.remaining) {
    throw corrupt(where, `${count} tagged fields where ${reader.remaining} bytes are left`);
  }
  for (let i = 0; i < count; i++) {
    const tag = readUnsignedVarint(reader, where);
    const sizeBytes = readUnsignedVarint(reader, where);
    if (sizeBytes > reader.remaining) {
      throw corrupt(where, `a tagged field of ${sizeBytes} bytes where ${reader.remaining} are left`);
    }
    const end = reader.position + sizeBytes;
    const slot = slots.find((known) => known.tag === tag);
    if (slot === undefined) reader.skip(sizeBytes);
    else values.set(slot.name, slot.codec.read(reader));
    if (reader.position !== end)
      throw corrupt(where, `tagged field ${tag} does not have the ${sizeBytes} bytes it says`);
  }
  return values;
};

const noValues: ReadonlyMap<string, unknown> = new Map();

/** The codec of a struct or a whole message in one version. */
export const structCodec = (fields: Fields, traits: StructTraits): Codec => {
  const { version, flexible, where } = traits;
  const all: (Slot & { present: boolean; tag: number | null })[] = Object.entries(fields).map(([name, field]) => {
    const options = optionsOf(field);
    const codec = fieldCodec(options, { ...traits, where: `${where} ${name}` });
    return {
      name,
      codec,
      absent: defaultOf(options, codec),
      present: isPresent(options, version),
      tag: options.tag ?? null,
    };
  });
  const plain = all.filter(({ present, tag }) => present && tag === null);
  const tagged = all.flatMap((slot) => (slot.present && slot.tag !== null ? [{ ...slot, tag: slot.tag }] : []));
  // Every field has its place from the beginning, so that all objects of a struct have one shape.
  const blank = Object.fromEntries(all.map(({ name, absent }) => [name, absent]));
  const presentValue = (values: Values, { name, absent }: Slot): unknown =>
    values[name] === undefined ? absent : values[name];
  return {
    minBytes: plain.reduce((sum, { codec }) => sum + codec.minBytes, flexible ? 1 : 0),
    write: (writer, value) => {
      const values = value as Values;
      for (const slot of plain) slot.codec.write(writer, presentValue(values, slot));
      if (flexible) writeTagged(writer, tagged, values);
    },
    read: (reader) => {
      const values: Record<string, unknown> = { ...blank };
      for (const { name, codec } of plain) values[name] = codec.read(reader);
      for (const [name, found] of flexible ? readTagged(reader, tagged, where) : noValues) values[name] = found;
      return values;
    },
    received: (value) => {
      const values: Record<string, unknown> = { ...blank };
      for (const slot of all) {
        if (slot.present) values[slot.name] = slot.codec.received(presentValue(value as Values, slot));
      }
      return values;
    },
  };
};

/** Reads a whole message. Whatever goes wrong in it is CORRUPT_MESSAGE. */
export const readMessage = (codec: Codec, reader: Reader, where: string): unknown => {
  try {
    return codec.read(reader);
  } catch (error) {
    throw error instanceof StreamsError ? error : corrupt(where, 'it ends too early', error);
  }
};
