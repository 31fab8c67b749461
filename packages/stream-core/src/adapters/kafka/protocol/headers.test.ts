import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { apiVersionsApi } from './api-versions-api.ts';
import { fetchApi } from './fetch-api.ts';
import { readCorrelationId, skipResponseTags, writeRequestHeader } from './headers.ts';
import { Reader } from './reader.ts';
import { saslHandshakeApi } from './sasl-handshake-api.ts';
import { Writer } from './writer.ts';

const header = { version: 1, correlationId: 258, clientId: 'app' };

const readTo = (hex: string, api: typeof fetchApi | typeof apiVersionsApi | typeof saslHandshakeApi): number => {
  const reader = new Reader(Buffer.from(hex, 'hex'));
  expect(readCorrelationId(reader)).toBe(258);
  skipResponseTags(reader, api, api.maxVersion);
  return reader.position;
};

it('writes a request header with tagged fields where the version has them', () => {
  const plain = new Writer();
  writeRequestHeader(plain, saslHandshakeApi, header);
  expect(plain.buffer.toString('hex')).toBe('0011' + '0001' + '00000102' + '0003617070');
  const flexible = new Writer();
  writeRequestHeader(flexible, fetchApi, { ...header, version: 12, clientId: null });
  expect(flexible.buffer.toString('hex')).toBe('0001' + '000c' + '00000102' + 'ffff' + '00');
});

it('skips the tagged fields of a response header, which ApiVersions never has', () => {
  expect(readTo('0000010200', fetchApi)).toBe(5);
  expect(readTo('00000102' + '01' + '0502aabb', fetchApi)).toBe(9);
  expect(readTo('0000010200', apiVersionsApi)).toBe(4);
  expect(readTo('0000010200', saslHandshakeApi)).toBe(4);
});

it('does not read a header that is cut off', () => {
  expect(() => readCorrelationId(new Reader(Buffer.from('000001', 'hex')))).toThrow(
    expect.objectContaining({ code: 'CORRUPT_MESSAGE' }),
  );
});
