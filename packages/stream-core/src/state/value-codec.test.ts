import { describe, expect, test } from 'vitest';
import type { Serde } from '../serdes/serde.ts';
import { serdes } from '../serdes/serdes.ts';
import { plainCodec, timestampedCodec } from './value-codec.ts';

const told: string[] = [];
const listening: Serde<string> = {
  serialize: (value, topic) => {
    told.push(topic);
    return new Uint8Array(serdes.string().serialize(value, topic, []));
  },
  deserialize: (bytes, topic, headers) => {
    told.push(topic);
    return serdes.string().deserialize(bytes, topic, headers);
  },
};

describe('plain values', () => {
  test('are as their serde writes them, told the topic of the changelog', () => {
    const codec = plainCodec(listening, 'log');
    told.length = 0;
    expect(codec.encode('a').toString('hex')).toBe('61');
    expect(codec.decode(Buffer.from('62', 'hex'))).toBe('b');
    expect(told).toEqual(['log', 'log']);
    expect(codec.isTimestamped).toBe(false);
  });

  test('are in the changelog as they are in the store', () => {
    const value = Buffer.from('a');
    expect(plainCodec(listening, 'log').fromChangelog(value, 7)).toBe(value);
  });
});

describe('values with timestamps', () => {
  test('have the timestamp in front', () => {
    const codec = timestampedCodec(listening, 'log');
    told.length = 0;
    expect(codec.encode({ value: 'a', timestamp: 258 }).toString('hex')).toBe('000000000000010261');
    expect(codec.decode(Buffer.from('000000000000010262', 'hex'))).toEqual({ value: 'b', timestamp: 258 });
    expect(told).toEqual(['log', 'log']);
    expect(codec.isTimestamped).toBe(true);
  });

  test('get it back from the timestamp of the changelog record', () => {
    const codec = timestampedCodec(listening, 'log');
    expect(codec.decode(codec.fromChangelog(Buffer.from('a'), 9))).toEqual({ value: 'a', timestamp: 9 });
  });
});
