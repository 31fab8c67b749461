import type { Decoder } from './decode.ts';
import { anything, bytes, CaseError, integer, list, mapOf, object, or, orNull, text, word } from './decode.ts';
import { literal } from './function-decoders.ts';
import type { Literal } from './functions.ts';
import { extractorName, op, typeName } from './op-decoders.ts';
import type { DslStoreName, ExtractorName, Op, TypeName } from './ops.ts';

/** Section 2; null is Kafka Streams' own default. */
export interface CaseConfig {
  readonly 'application.id': string;
  readonly 'topology.optimization': string;
  readonly 'statestore.cache.max.bytes': number | null;
  readonly 'dsl.store': DslStoreName | null;
  readonly 'deserialization.exception.handler': 'fail' | 'continue';
  readonly 'processing.exception.handler': 'fail' | 'continue';
  readonly 'default.timestamp.extractor': ExtractorName | null;
  readonly 'default.key.serde': TypeName;
  readonly 'default.value.serde': TypeName;
  readonly 'ensure.explicit.internal.resource.naming': 'true' | 'false';
  readonly 'max.task.idle.ms': number | null;
  readonly 'processing.guarantee': 'at_least_once' | 'exactly_once_v2';
  readonly wallClockStart: number;
}

/** Moves the wall clock on. */
interface AdvanceInput {
  readonly kind: 'advance';
  readonly ms: number;
}

/** A record. Raw bytes, where there are any, stand in the place of key or value. */
export interface RecordInput {
  readonly kind: 'record';
  readonly topic: string;
  readonly key: Literal;
  readonly value: Literal;
  readonly keyB64: Buffer | null;
  readonly valueB64: Buffer | null;
  readonly ts: number;
  readonly headers: readonly (readonly [name: string, value: string | null])[];
}

export type Input = AdvanceInput | RecordInput;

export interface ExpectedHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

export interface ExpectedRecord {
  readonly k: Buffer | null;
  readonly v: Buffer | null;
  /** Null for the changelogs of suppress buffers. */
  readonly ts: number | null;
  readonly headers: readonly ExpectedHeader[];
  readonly p: unknown;
  /** The readable form of key and value, for messages. */
  readonly read: unknown;
}

export type StoreKind =
  | 'kv'
  | 'timestampedKv'
  | 'window'
  | 'timestampedWindow'
  | 'session'
  | 'versioned'
  /** Cannot be listed. */
  | 'other';

/** An entry of a store as the answer writes it: key and value in readable form. */
export type StoreEntry = Readonly<Record<string, unknown>>;

export interface ExpectedStore {
  readonly type: StoreKind;
  readonly entries: readonly StoreEntry[];
}

export type Phase = 'build' | 'init' | 'run';

export interface ExpectedError {
  readonly phase: Phase;
  readonly type: string;
  readonly root: string;
  /** The index of the input, in phase run. */
  readonly at: number | null;
}

export type TopicRecords = ReadonlyMap<string, readonly ExpectedRecord[]>;

/** Section 8. */
interface Expected {
  readonly describe: string | null;
  readonly topics: TopicRecords;
  readonly repartitions: TopicRecords;
  readonly changelogs: TopicRecords;
  /** Null behind an error. */
  readonly stores: ReadonlyMap<string, ExpectedStore> | null;
  readonly dropped: unknown;
  readonly error: ExpectedError | null;
}

/** A topology, its input, and what Kafka Streams answered. */
export interface Case {
  readonly name: string;
  readonly config: CaseConfig;
  readonly topology: readonly Op[];
  readonly input: readonly Input[];
  readonly expected: Expected;
}

/** Configuration values are written as a string or a number. */
const asText =
  <T>(decoder: Decoder<T>): Decoder<T> =>
  (json, at) =>
    decoder(typeof json === 'number' || typeof json === 'boolean' ? String(json) : json, at);

const asInteger: Decoder<number> = (json, at) =>
  integer(typeof json === 'string' && /^-?\d+$/.test(json) ? Number(json) : json, at);

const config = object<CaseConfig>({
  'application.id': or(asText(text), 'app'),
  'topology.optimization': or(text, 'none'),
  'statestore.cache.max.bytes': orNull(asInteger),
  'dsl.store': orNull(word('inMemory', 'rocksDB')),
  'deserialization.exception.handler': or(word('fail', 'continue'), 'fail'),
  'processing.exception.handler': or(word('fail', 'continue'), 'fail'),
  'default.timestamp.extractor': orNull(extractorName),
  'default.key.serde': or(typeName, 'string'),
  'default.value.serde': or(typeName, 'string'),
  'ensure.explicit.internal.resource.naming': or(asText(word('true', 'false')), 'false'),
  'max.task.idle.ms': orNull(asInteger),
  'processing.guarantee': or(word('at_least_once', 'exactly_once_v2'), 'at_least_once'),
  wallClockStart: or(asInteger, 0),
});

const pairOf =
  <T, R>(value: Decoder<T>, make: (name: string, value: T | null) => R): Decoder<R> =>
  (json, at) => {
    if (!Array.isArray(json) || json.length !== 2) throw new CaseError(`${at}: a header is [name, value]`);
    return make(text(json[0], `${at}[0]`), orNull(value)(json[1], `${at}[1]`));
  };

const recordInput = object<Omit<RecordInput, 'kind'>>({
  topic: text,
  key: literal,
  value: literal,
  keyB64: orNull(bytes),
  valueB64: orNull(bytes),
  ts: or(integer, 0),
  headers: or(list(pairOf(text, (name, value) => [name, value] as const)), []),
});

const advanceInput = object({ advance: integer });

const input: Decoder<Input> = (json, at) =>
  typeof json === 'object' && json !== null && 'advance' in json
    ? { kind: 'advance', ms: advanceInput(json, at).advance }
    : { kind: 'record', ...recordInput(json, at) };

const records: Decoder<TopicRecords> = or(
  mapOf(
    list(
      object<ExpectedRecord>({
        k: orNull(bytes),
        v: orNull(bytes),
        ts: orNull(integer),
        headers: or(list(pairOf(bytes, (key, value): ExpectedHeader => ({ key, value }))), []),
        p: anything,
        read: anything,
      }),
    ),
  ),
  new Map(),
);

const storeEntry: Decoder<StoreEntry> = (json, at) => Object.fromEntries(mapOf(anything)(json, at));

const expected = object<Expected>({
  describe: orNull(text),
  topics: records,
  repartitions: records,
  changelogs: records,
  stores: orNull(
    mapOf(
      object<ExpectedStore>({
        type: word('kv', 'timestampedKv', 'window', 'timestampedWindow', 'session', 'versioned', 'other'),
        entries: or(list(storeEntry), []),
      }),
    ),
  ),
  dropped: anything,
  error: orNull(
    object<ExpectedError>({
      phase: word('build', 'init', 'run'),
      type: text,
      root: text,
      at: orNull(integer),
    }),
  ),
});

const wholeCase = object<Case>({ name: text, config, topology: list(op), input: list(input), expected });

/** Reads a line of a file of cases. @throws CaseError that says where the line does not follow the language */
export const readCase = (line: string): Case => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new CaseError(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return wholeCase(json, 'case');
};
