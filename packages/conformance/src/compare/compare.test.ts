import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCase } from '../language/case.ts';
import { readCaseLines } from '../language/case-file.ts';
import { withMemoryState } from '../run/case-state.ts';
import { driverRunner } from '../run/driver-runner.ts';
import type { Runner } from '../run/runner.ts';
import { runtimeRunner } from '../run/runtime-runner.ts';
import { runLine } from '../run-line.ts';

// A comparison that overlooks something looks exactly like a library without faults, so every part of an answer is
// changed here, and each change must be noticed.

interface MutableRecord {
  k: string | null;
  v: string | null;
  ts: number | null;
  headers?: unknown[];
}

interface MutableCase {
  topology: object[];
  config: Record<string, string>;
  expected: {
    describe?: string;
    topics: Record<string, MutableRecord[]>;
    repartitions: Record<string, MutableRecord[]>;
    changelogs: Record<string, MutableRecord[]>;
    stores?: Record<string, { type: string; entries: Record<string, unknown>[] }>;
    error: { phase: string; at?: number; type: string; root: string } | null;
  };
}

const vectors = join(import.meta.dirname, '../../vectors');

const lineOf = (file: string, name: string): string => {
  const line = readCaseLines(join(vectors, file)).find((candidate) => readCase(candidate).name === name);
  if (line === undefined) throw new Error(`there is no case ${name}`);
  return line;
};

const outcome = async (
  line: string,
  change: (testCase: MutableCase) => void,
  runner: Runner = driverRunner,
): Promise<string> => {
  const testCase = JSON.parse(line) as MutableCase;
  change(testCase);
  const verdict = await runLine(JSON.stringify(testCase), runner, withMemoryState);
  return `${verdict.outcome}: ${verdict.detail.split('\n')[0]}`;
};

const first = (topics: Record<string, MutableRecord[]>): MutableRecord[] => Object.values(topics)[0]!;

const grouped = lineOf('aggregations.jsonl.gz', 'aggregations/named-grouping-and-store');
const failing = lineOf('timestamps-errors.jsonl.gz', 'timestamps-errors/deserialization-fails-by-default');
const invalid = lineOf('timestamps-errors.jsonl.gz', 'timestamps-errors/build-error-illegal-name');
const withHeaders = lineOf('processor-api.jsonl.gz', 'processor-api/process-headers');

describe('what a comparison notices', () => {
  it('finds nothing in the answer as it is', async () => {
    for (const line of [grouped, failing, invalid, withHeaders]) {
      expect(await outcome(line, () => undefined)).toBe('passed: ');
    }
  });

  for (const kind of ['topics', 'repartitions', 'changelogs'] as const) {
    const changes: Record<string, (records: MutableRecord[]) => void> = {
      'another key': (records) => Object.assign(records[0]!, { k: 'eHg=' }),
      'another value': (records) => Object.assign(records.at(-1)!, { v: 'eHg=' }),
      'a null value': (records) => Object.assign(records[0]!, { v: null }),
      'another timestamp': (records) => Object.assign(records[0]!, { ts: 77 }),
      'a record less': (records) => records.pop(),
      'a record more': (records) => records.push(records[0]!),
      'another order': (records) => records.reverse(),
    };
    it.each(Object.entries(changes))(`in ${kind}: %s`, async (_what, change) => {
      const found = await outcome(grouped, ({ expected }) => change(first(expected[kind])));
      expect(found).toMatch(new RegExp(`^failed: ${kind} \\S+, record \\d+`));
    });
  }

  it('another topic', async () => {
    const found = await outcome(grouped, ({ expected }) => {
      expected.topics = { other: first(expected.topics) };
    });
    expect(found).toMatch(/^failed: topics other/);
  });

  it('headers that are missing', async () => {
    const found = await outcome(withHeaders, ({ expected }) => {
      for (const record of first(expected.topics)) delete record.headers;
    });
    expect(found).toMatch(/^failed: topics .*headers$/);
  });

  it('another description', async () => {
    const found = await outcome(grouped, ({ expected }) => {
      expected.describe = expected.describe!.replace('-->', '--> other,');
    });
    expect(found).toMatch(/^failed: describe, line/);
  });

  it('another store entry, and stores that are missing or too many', async () => {
    const changed = await outcome(grouped, ({ expected }) => {
      Object.assign(Object.values(expected.stores!)[0]!.entries[0]!, { ts: 1_000_000 });
    });
    expect(changed).toMatch(/^failed: store .*entry 0/);
    const missing = await outcome(grouped, ({ expected }) => {
      expected.stores!['another'] = { type: 'kv', entries: [] };
    });
    expect(missing).toBe('failed: store another: there is none, expected kv');
    const extra = await outcome(grouped, ({ expected }) => {
      expected.stores = {};
    });
    expect(extra).toMatch(/^failed: store .*: none was expected/);
  });

  it('another place of an error, another kind of it, or none', async () => {
    const changes: ((expected: MutableCase['expected']) => void)[] = [
      (expected) => Object.assign(expected.error!, { at: 5 }),
      (expected) => Object.assign(expected.error!, { phase: 'init' }),
      (expected) => Object.assign(expected.error!, { root: 'IllegalStateException' }),
      (expected) => Object.assign(expected, { error: null }),
    ];
    for (const change of changes) {
      expect(await outcome(failing, ({ expected }) => change(expected))).toBe('failed: error');
    }
    expect(await outcome(invalid, ({ expected }) => Object.assign(expected, { error: null }))).toBe('failed: error');
    const unexpected = { phase: 'run', at: 0, type: 'StreamsException', root: 'StreamsException' };
    expect(await outcome(grouped, ({ expected }) => Object.assign(expected, { error: unexpected }))).toBe(
      'failed: error',
    );
  });

  it.each(['topics', 'repartitions', 'changelogs'] as const)('%s that differ on the whole runtime', async (kind) => {
    expect(await outcome(grouped, () => undefined, runtimeRunner)).toBe('passed: ');
    const change = ({ expected }: MutableCase) => Object.assign(first(expected[kind])[0]!, { v: 'AAAA' });
    expect(await outcome(grouped, change, runtimeRunner)).toMatch(new RegExp(`^failed: ${kind} .*: value`));
  });

  it('nothing behind the place where Kafka Streams broke down over a null of its own', async () => {
    const breakdown = { phase: 'run', at: 1, type: 'StreamsException', root: 'NullPointerException' };
    const change = ({ expected }: MutableCase) => Object.assign(expected, { error: breakdown, topics: {} });
    expect(await outcome(grouped, change)).toBe('passed: ');
  });

  it('what came before that place all the same', async () => {
    const error = { phase: 'run', at: 1, type: 'StreamsException', root: 'NullPointerException' };
    const breakdown = (testCase: MutableCase, shift: number) => {
      const before = first(testCase.expected.topics).slice(0, 1);
      for (const record of before) record.ts = (record.ts ?? 0) + shift;
      const [topic = ''] = Object.keys(testCase.expected.topics);
      Object.assign(testCase.expected, { error, topics: { [topic]: before }, repartitions: {}, changelogs: {} });
    };
    expect(await outcome(grouped, (testCase) => breakdown(testCase, 0))).toBe('passed: ');
    expect(await outcome(grouped, (testCase) => breakdown(testCase, 1))).toMatch(/^failed: topics .*timestamp$/);
  });
});

describe('cases that cannot be run', () => {
  it('what a runner cannot answer is unsupported, with what it is', async () => {
    const testCase = JSON.parse(grouped) as MutableCase;
    Object.assign(testCase.expected.topics, { 'no topic': [] });
    expect(await runLine(JSON.stringify(testCase), runtimeRunner, withMemoryState)).toMatchObject({
      outcome: 'unsupported',
      detail: 'topic names that a broker refuses',
    });
  });

  it('a malformed case fails and says where', async () => {
    const found = await outcome(grouped, (testCase) => Object.assign(testCase, { wrong: 1 }));
    expect(found).toBe('failed: the case is malformed: case: it has an unknown field wrong');
    expect(await runLine('{"name": "broken"', driverRunner, withMemoryState)).toMatchObject({
      name: 'broken',
      outcome: 'failed',
    });
  });
});
