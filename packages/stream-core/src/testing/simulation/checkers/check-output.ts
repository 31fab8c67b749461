import { topicPartitionKey } from '../../../common/topic-partition.ts';
import { committedRecords } from '../committed-records.ts';
import type { ArchivedRecord } from '../log-archive.ts';
import type { ReplayComparison } from '../simulation.ts';
import type { Checker, FinishedRun } from './finished-run.ts';
import { firstFew } from './finished-run.ts';
import type { ExpectedRecord } from './replayed-output.ts';
import { replayedOutput } from './replayed-output.ts';
import { replayTask } from './task-replay.ts';

type Values = ReadonlyMap<string, readonly (string | null)[]>;

const byKey = (records: readonly ExpectedRecord[]): Values => {
  const values = new Map<string, (string | null)[]>();
  for (const { key, value } of records) {
    const ofKey = values.get(key) ?? [];
    ofKey.push(value);
    values.set(key, ofKey);
  }
  return values;
};

const readable = (value: string | null | undefined): string =>
  value === undefined
    ? 'nothing'
    : value === null
      ? 'null'
      : JSON.stringify(Buffer.from(value, 'hex').toString('latin1'));

const keysOf = (expected: Values, actual: Values): string[] => [...new Set([...expected.keys(), ...actual.keys()])];

const ordered = (expected: Values, actual: Values): string[] =>
  keysOf(expected, actual).flatMap((key) => {
    const [should, is] = [expected.get(key) ?? [], actual.get(key) ?? []];
    const at = should.findIndex((value, index) => value !== is[index]);
    if (at < 0 && is.length === should.length) return [];
    const place = at < 0 ? should.length : at;
    const lengths = `${is.length} of ${should.length} values`;
    return [`${key} has ${lengths}; at ${place} stands ${readable(is[place])} for ${readable(should[place])}`];
  });

const sorted = (values: Values): Values => new Map([...values].map(([key, of]) => [key, [...of].sort()]));

/** The last values. A tombstone counts as a key that never was. */
const last = (values: Values): Values =>
  new Map([...values].map(([key, of]) => [key, of.slice(-1)] as const).filter(([, [value]]) => value !== null));

const contains = (expected: Values, actual: Values): string[] =>
  [...expected].flatMap(([key, should]) => {
    const is = new Set(actual.get(key));
    return should.filter((value) => !is.has(value)).map((value) => `${key} lacks ${readable(value)}`);
  });

const numberOf = (value: string | null | undefined): number =>
  value === null || value === undefined ? 0 : Number(Buffer.from(value, 'hex').readBigInt64BE());

const reaches = (expected: Values, actual: Values): string[] =>
  [...expected].flatMap(([key, should]) => {
    const wanted = numberOf(should.at(-1));
    const has = Math.max(0, ...(actual.get(key) ?? []).map(numberOf));
    return has >= wanted ? [] : [`${key} came to ${has}, not to ${wanted}`];
  });

const hasKeys = (expected: Values, actual: Values): string[] =>
  [...last(expected).keys()].filter((key) => !actual.has(key)).map((key) => `${key} is nowhere`);

const present = (expected: Values, actual: Values): string[] => {
  const should = last(expected);
  return ordered(should, new Map([...last(actual)].filter(([key]) => should.has(key))));
};

const comparisons = {
  ordered,
  unordered: (expected: Values, actual: Values): string[] => ordered(sorted(expected), sorted(actual)),
  final: (expected: Values, actual: Values): string[] => ordered(last(expected), last(actual)),
  present,
  contains,
  reaches,
} as const;

type Compare = (expected: Values, actual: Values) => string[];

const replayed = (run: FinishedRun, rules: ReplayComparison): string[] => {
  const { cluster, simulation } = run;
  const logs = cluster.broker.cluster.topics.get(simulation.output).partitions;
  const actual = byKey(logs.flatMap(committedRecords));
  const isKept = rules.atLeastOnce === 'contains' || !cluster.hasZombies;
  const compare: Compare = isKept ? comparisons[rules.atLeastOnce] : hasKeys;
  return compare(byKey(replayedOutput(run, rules.replay)), actual);
};

const expectedOf = ({ key, value }: Pick<ArchivedRecord, 'key' | 'value'>): ExpectedRecord => ({
  key: key?.toString('latin1') ?? '',
  value: value?.toString('hex') ?? null,
});

/** What the topology writes to a topic, compared with what the tasks write that are replayed. */
const tracedTopic = (run: FinishedRun, topic: string, expected: readonly ExpectedRecord[]): string[] => {
  const { cluster, simulation } = run;
  const isOutput = topic === simulation.output;
  if (cluster.broker.cluster.topics.find(topic) === null) return [];
  const actual = byKey(cluster.archive.records(topic).map(expectedOf));
  // Tasks that write the same keys may take turns in any order.
  const rule = simulation.outside === undefined && isOutput ? simulation.exactlyOnce : 'unordered';
  const isChangelog = topic.endsWith('-changelog');
  const compare = comparisons[isChangelog || cluster.given.statestoreCacheMaxBytes !== undefined ? 'final' : rule];
  return compare(byKey(expected), actual).map((difference) => `${topic}: ${difference}`);
};

/** Task by task, what was committed of the input is replayed in the order in which it was processed. */
const traced = (run: FinishedRun): string[] => {
  const { archive, plan, processing } = run.cluster;
  const known = new Map<string, ArchivedRecord>();
  const sources = new Set(plan.subtopologies.flatMap(({ sourceTopics }) => sourceTopics));
  for (const topic of sources) {
    for (const record of archive.records(topic)) known.set(`${topicPartitionKey(record)} ${record.offset}`, record);
  }
  const recordAt = (place: string, offset: number): ArchivedRecord | undefined => known.get(`${place} ${offset}`);
  const produced = [...processing.tasks.values()].flatMap((task) => replayTask(run.cluster, task, recordAt));
  const byTopic = Map.groupBy(produced, ({ topic }) => topic);
  const topics = new Set([run.simulation.output, ...byTopic.keys()]);
  return [...topics].flatMap((topic) => tracedTopic(run, topic, (byTopic.get(topic) ?? []).map(expectedOf)));
};

/** Exactly-once: nothing is lost and nothing doubled. At-least-once: nothing is lost. */
export const checkOutput: Checker = (run) => {
  const { cluster, simulation, outside } = run;
  if (simulation.outside !== undefined) return outside?.check() ?? [];
  const isExact = cluster.guarantee === 'exactly_once_v2';
  const differences = isExact ? traced(run) : replayed(run, simulation);
  return firstFew(differences).map((difference) => `output: ${difference}`);
};
