import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { readMessage, structCodec } from './codec.ts';
import { Reader } from './reader.ts';
import type { Fields } from './schema.ts';
import { Writer } from './writer.ts';

const flexible = (fields: Fields, version = 0) => structCodec(fields, { version, flexible: true, where: 'Test' });
const plain = (fields: Fields, version = 0) => structCodec(fields, { version, flexible: false, where: 'Test' });

const readHex = (codec: ReturnType<typeof flexible>, hex: string): unknown =>
  readMessage(codec, new Reader(Buffer.from(hex, 'hex')), 'Test');

const corrupt = expect.objectContaining({ code: 'CORRUPT_MESSAGE' });

describe('lengths that the network claims', () => {
  const array = { items: { array: 'int32' } } as const;

  it.each([
    ['an array of two billion in four bytes', plain(array), '7fffffff'],
    ['an array that needs more bytes than are left', plain(array), '000000020000000100'],
    ['a negative array length', plain(array), 'fffffffe'],
    ['a compact array of two billion', flexible(array), 'ffffffff0700'],
    ['a length without an end', flexible(array), 'ffffffffffffff00'],
    ['a length of more than 31 bits', flexible(array), 'ffffffff0f00'],
    ['a string longer than the message', plain({ text: 'string' }), '000561'],
    ['a negative string length', plain({ text: 'string' }), 'fffe'],
    ['bytes longer than the message', plain({ data: 'bytes' }), '0000000500'],
    ['null for a string that cannot be null', plain({ text: 'string' }), 'ffff'],
    ['null for an array that cannot be null', flexible(array), '0000'],
    ['null before the version that allows it', plain({ text: { type: 'string', nullableSince: 1 } }), 'ffff'],
    ['more tagged fields than bytes', flexible({}), 'ffff0300'],
    ['a tagged field that is larger than the message', flexible({}), '01051000'],
    ['a tagged field of another size than it says', flexible({ n: { type: 'int32', tag: 0 } }), '0100050000000100'],
  ])('%s is corrupt', (_, codec, hex) => {
    expect(() => readHex(codec, hex)).toThrow(corrupt);
  });
});

describe('tagged fields', () => {
  const codec = flexible({ id: 'int8', extra: { type: 'int16', tag: 3, default: -1 } });

  it('that are unknown are skipped, wherever they stand', () => {
    expect(readHex(codec, '07' + '03' + '0002aabb' + '0302002a' + '0900')).toEqual({ id: 7, extra: 42 });
  });

  it('are not written when they are what stands for nothing', () => {
    const writer = new Writer();
    codec.write(writer, { id: 7, extra: -1 });
    expect(writer.buffer.toString('hex')).toBe('0700');
  });
});

describe('a field', () => {
  it('that is left out is written as its default', () => {
    const writer = new Writer();
    plain({ a: { type: 'int16', default: 5 }, b: 'string', c: { array: 'int8' } }).write(writer, {});
    expect(writer.buffer.toString('hex')).toBe('0005' + '0000' + '00000000');
  });

  it('of another version is left out when it is written, and has its default when it is read', () => {
    const fields = { id: { type: 'int8', since: 1, default: -1 }, name: { type: 'string', until: 0 } } as const;
    const writer = new Writer();
    plain(fields, 1).write(writer, { id: 3, name: 'left out' });
    expect(writer.buffer.toString('hex')).toBe('03');
    expect(readHex(plain(fields, 0), '000161')).toEqual({ id: -1, name: 'a' });
  });

  it('cannot be null in a version that has no null for it', () => {
    const codec = plain({ text: { type: 'string', nullableSince: 1 }, list: { array: 'int8' } });
    expect(() => codec.write(new Writer(), { text: null })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }),
    );
    expect(() => codec.write(new Writer(), { list: null })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }),
    );
  });

  it('has no more text than the protocol allows', () => {
    expect(() => flexible({ text: 'string' }).write(new Writer(), { text: 'x'.repeat(0x8000) })).toThrow(
      expect.objectContaining({ code: 'REQUEST_REFUSED' }),
    );
  });

  it('of bytes is handed on without a copy', () => {
    const message = Buffer.from('00000003' + '010203', 'hex');
    const { data } = readMessage(plain({ data: 'records' }), new Reader(message), 'Test') as { data: Buffer };
    message[5] = 9;
    expect([...data]).toEqual([1, 9, 3]);
  });

  it('of 64 bits keeps every number that JavaScript has', () => {
    const codec = plain({ n: 'int64' });
    for (const n of [0, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      const writer = new Writer();
      codec.write(writer, { n });
      expect(readMessage(codec, new Reader(writer.buffer), 'Test')).toEqual({ n });
    }
  });
});
