import { describe, expect, test } from 'vitest';

import { murmur2, partitionForKey } from '../src/common/murmur2.ts';
import { timeWindowAt, timeWindows, windowStartsFor } from '../src/kstream/windows/windows.ts';
import type { Serde } from '../src/serdes/serde.ts';
import { sessionWindowedSerde, timeWindowedSerde } from '../src/serdes/windowed.ts';
import { sessionKey } from '../src/state/session-key.ts';
import { windowKey } from '../src/state/window-key.ts';
import { recordedEdges } from './recorded-edges.ts';

// Functions without state, on chance input, against recorded answers of Kafka Streams.

interface HashCase {
  readonly case: 'murmur2';
  readonly key: string;
  readonly hash: number;
  readonly partitions: readonly number[];
}

interface WindowsCase {
  readonly case: 'windows';
  readonly size: number;
  readonly advance: number;
  readonly timestamp: number;
  readonly windows: readonly (readonly [start: number, end: number])[];
}

interface KeyCase {
  readonly case: 'keys';
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly sequence: number;
  readonly windowKey: string;
  readonly sessionKey: string;
  readonly windowed: string;
  readonly session: string;
  readonly readEnd: number;
  readonly windowedPartition: number;
  readonly sessionPartition: number;
}

const all = recordedEdges<HashCase | WindowsCase | KeyCase>('pure');
const partitionCounts = [1, 2, 3, 7, 16, 1_000];
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

test('keys have the hash and the partitions that they have in Java', () => {
  const cases = all.filter((one) => one.case === 'murmur2');
  expect(cases.length).toBe(80);
  for (const { key, hash, partitions } of cases) {
    expect(murmur2(bytes(key))).toBe(hash);
    expect(partitionCounts.map((count) => partitionForKey(bytes(key), count))).toEqual(partitions);
  }
});

test('a time is in the windows that it is in in Java', () => {
  const cases = all.filter((one) => one.case === 'windows');
  expect(cases.length).toBe(80);
  for (const { size, advance, timestamp, windows } of cases) {
    const defined = timeWindows({ size, advanceBy: advance });
    const found = windowStartsFor(defined, timestamp).map((start) => timeWindowAt(defined, start));
    expect(found.map(({ start, end }) => [start, end])).toEqual(windows);
  }
});

describe('keys of windows', () => {
  const cases = all.filter((one) => one.case === 'keys');
  const raw: Serde<Uint8Array> = { serialize: (value) => value, deserialize: (value) => Uint8Array.from(value) };
  const times = timeWindowedSerde(raw, 500);
  const sessions = sessionWindowedSerde(raw);
  /** How far JavaScript counts; beyond that windows are of no use, see docs. */
  const isExact = ({ end }: KeyCase): boolean => Number.isSafeInteger(end);

  test('have the bytes that they have in Java, and are read back', () => {
    const exact = cases.filter(isExact);
    expect(exact.length).toBeGreaterThan(50);
    for (const { key, start, end, windowed, session, readEnd } of exact) {
      const window = { start, end: start + 500 };
      const inTime = { key: bytes(key), window };
      expect(Buffer.from(times.serialize(inTime, 't', [])).toString('base64')).toBe(windowed);
      expect(times.deserialize(bytes(windowed), 't', []).window).toEqual({ start, end: readEnd });
      const inSession = { key: bytes(key), window: { start, end } };
      expect(Buffer.from(sessions.serialize(inSession, 't', [])).toString('base64')).toBe(session);
      expect(sessions.deserialize(bytes(session), 't', []).window).toEqual({ start, end });
    }
  });

  test('are the keys of stores and changelogs that they are in Java', () => {
    for (const { key, start, end, sequence, windowKey: inWindow, sessionKey: inSession } of cases.filter(isExact)) {
      expect(windowKey(bytes(key), start, sequence).toString('base64')).toBe(inWindow);
      expect(sessionKey(bytes(key), { start, end }).toString('base64')).toBe(inSession);
    }
  });

  test('go to the partition of the key inside, as WindowedStreamPartitioner decides', () => {
    for (const { windowed, session, windowedPartition, sessionPartition } of cases) {
      const inner = (serde: Serde<unknown>, key: string): Uint8Array => serde.partitionKey?.(bytes(key)) ?? bytes(key);
      expect(partitionForKey(inner(times as Serde<unknown>, windowed), 7)).toBe(windowedPartition);
      expect(partitionForKey(inner(sessions as Serde<unknown>, session), 7)).toBe(sessionPartition);
    }
  });
});
