import { committedRecords } from '../committed-records.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';
import type { ReplayComparison } from '../simulation.ts';
import type { Checker } from './finished-run.ts';
import { firstFew } from './finished-run.ts';
import type { ExpectedRecord } from './replayed-output.ts';
import { replayedOutput } from './replayed-output.ts';

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

const comparisons = {
  ordered,
  unordered: (expected: Values, actual: Values): string[] => ordered(sorted(expected), sorted(actual)),
  final: (expected: Values, actual: Values): string[] => ordered(last(expected), last(actual)),
  contains,
  reaches,
} as const;

type Compare = (expected: Values, actual: Values) => string[];

const comparisonOf = ({ guarantee, hasZombies }: SimulatedCluster, rules: ReplayComparison): Compare => {
  if (guarantee === 'exactly_once_v2') return comparisons[rules.exactlyOnce];
  const isKept = rules.atLeastOnce === 'contains' || !hasZombies;
  return isKept ? comparisons[rules.atLeastOnce] : hasKeys;
};

/** Exactly-once: nothing is lost and nothing doubled. At-least-once: nothing is lost. */
export const checkOutput: Checker = (run) => {
  const { cluster, simulation, outside } = run;
  if (simulation.outside !== undefined) return outside?.check() ?? [];
  const logs = cluster.broker.cluster.topics.get(simulation.output).partitions;
  const actual = byKey(logs.flatMap(committedRecords));
  const compare = comparisonOf(cluster, simulation);
  const expected = byKey(replayedOutput(run, simulation.replay));
  return firstFew(compare(expected, actual)).map((difference) => `output: ${difference}`);
};
