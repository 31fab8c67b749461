import type { ExpectedHeader, ExpectedRecord, TopicRecords } from '../language/case.ts';
import type { ActualRecord } from '../run/runner.ts';
import { readableBytes } from './readable.ts';

const sameBytes = (left: Uint8Array | null, right: Uint8Array | null): boolean =>
  left === null || right === null ? left === right : Buffer.compare(left, right) === 0;

const sameHeaders = (left: readonly ExpectedHeader[], right: ActualRecord['headers']): boolean =>
  left.length === right.length &&
  left.every(({ key, value }, index) => key === right[index]?.key && sameBytes(value, right[index].value));

type Part = 'key' | 'value' | 'timestamp' | 'headers';

const firstDifferentPart = (expected: ExpectedRecord, actual: ActualRecord, withHeaders: boolean): Part | null => {
  if (!sameBytes(expected.k, actual.key)) return 'key';
  if (!sameBytes(expected.v, actual.value)) return 'value';
  if (expected.ts !== null && expected.ts !== actual.timestamp) return 'timestamp';
  return withHeaders && !sameHeaders(expected.headers, actual.headers) ? 'headers' : null;
};

const readableHeaders = (headers: ActualRecord['headers']): string =>
  headers.length === 0 ? '' : ` {${headers.map(({ key, value }) => `${key}=${readableBytes(value)}`).join(', ')}}`;

const readable = (record: ActualRecord): string =>
  `${readableBytes(record.key)} -> ${readableBytes(record.value)} @${record.timestamp}${readableHeaders(record.headers)}`;

const readableExpected = ({ k, v, ts, headers, read }: ExpectedRecord): string => {
  const known = read === undefined ? '' : `, read ${JSON.stringify(read)}`;
  return `${readableBytes(k)} -> ${readableBytes(v)} @${ts}${readableHeaders(headers)}${known}`;
};

const inOrder = (
  expected: readonly ExpectedRecord[],
  actual: readonly ActualRecord[],
  withHeaders: boolean,
): string | null => {
  for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
    const wanted = expected[index];
    const got = actual[index];
    const part = wanted === undefined || got === undefined ? null : firstDifferentPart(wanted, got, withHeaders);
    if (wanted !== undefined && got !== undefined && part === null) continue;
    const counts = `${expected.length} expected, ${actual.length} got`;
    return [
      `record ${index} (${counts})${part === null ? '' : `: ${part}`}`,
      `  expected ${wanted === undefined ? 'no record' : readableExpected(wanted)}`,
      `  got      ${got === undefined ? 'no record' : readable(got)}`,
    ].join('\n');
  }
  return null;
};

const byKey = <T>(records: readonly T[], keyOf: (record: T) => Uint8Array | null): Map<string, T[]> =>
  Map.groupBy(records, (record) => Buffer.from(keyOf(record) ?? []).toString('hex'));

/** The changelog of a suppress buffer: at a flush the keys come in no order, so each is compared by itself. */
const keyByKey = (expected: readonly ExpectedRecord[], actual: readonly ActualRecord[]): string | null => {
  const wanted = byKey(expected, ({ k }) => k);
  const got = byKey(actual, ({ key }) => key);
  for (const key of new Set([...wanted.keys(), ...got.keys()])) {
    const difference = inOrder(wanted.get(key) ?? [], got.get(key) ?? [], false);
    if (difference !== null) return `key 0x${key}, ${difference}`;
  }
  return null;
};

const isUnordered = (expected: readonly ExpectedRecord[]): boolean => expected.some(({ ts }) => ts === null);

/** The first difference between the records of some topics, or null. Changelogs have no headers to compare. */
export const compareTopics = (
  what: string,
  expected: TopicRecords,
  {
    actual,
    withHeaders,
  }: { readonly actual: ReadonlyMap<string, readonly ActualRecord[]>; readonly withHeaders: boolean },
): string | null => {
  for (const topic of new Set([...expected.keys(), ...actual.keys()])) {
    const wanted = expected.get(topic) ?? [];
    const got = actual.get(topic) ?? [];
    const difference = isUnordered(wanted) ? keyByKey(wanted, got) : inOrder(wanted, got, withHeaders);
    if (difference !== null) return `${what} ${topic}, ${difference}`;
  }
  return null;
};
