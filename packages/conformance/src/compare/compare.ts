import type { Case } from '../language/case.ts';
import type { ActualRecord, RunResult } from '../run/runner.ts';
import { normalDescription } from './describe.ts';
import { compareErrors, isBreakdown } from './errors.ts';
import { compareTopics } from './records.ts';
import { compareStores } from './stores.ts';

const compareDescriptions = (expected: string | null, actual: string | null): string | null => {
  if (expected === null || actual === null) return null;
  const wanted = normalDescription(expected).split('\n');
  const got = normalDescription(actual).split('\n');
  const line = wanted.findIndex((text, index) => text !== got[index]);
  if (line < 0 && wanted.length === got.length) return null;
  const at = line < 0 ? wanted.length : line;
  const context = wanted.slice(Math.max(0, at - 2), at).map((text) => `           ${text}`);
  return [
    `describe, line ${at + 1}`,
    ...context,
    `  expected ${wanted[at] ?? 'the end'}`,
    `  got      ${got[at] ?? 'the end'}`,
  ].join('\n');
};

type TopicKind = 'topics' | 'repartitions' | 'changelogs';

const kinds: readonly TopicKind[] = ['topics', 'repartitions', 'changelogs'];

/** The kind of a topic: as the answer says; of one that it does not have, by its name. */
const kindOf = (topic: string, { config, expected }: Case): TopicKind => {
  const known = kinds.find((kind) => expected[kind].has(topic));
  if (known !== undefined) return known;
  if (!topic.startsWith(`${config['application.id']}-`)) return 'topics';
  if (topic.endsWith('-changelog')) return 'changelogs';
  return topic.endsWith('-repartition') || topic.endsWith('-topic') ? 'repartitions' : 'topics';
};

type Topics = ReadonlyMap<string, readonly ActualRecord[]>;

const compareAllTopics = (testCase: Case, actual: Topics, withInternal: boolean): string | null => {
  for (const kind of withInternal ? kinds : (['topics'] as const)) {
    const own = new Map([...actual].filter(([topic]) => kindOf(topic, testCase) === kind));
    const withHeaders = kind !== 'changelogs';
    const difference = compareTopics(kind, testCase.expected[kind], { actual: own, withHeaders });
    if (difference !== null) return difference;
  }
  return null;
};

/** What was produced of each topic up to as many records as the answer has: all there is to compare after a breakdown. */
const untilBreakdown = ({ expected }: Case, actual: Topics): Topics => {
  const counts = new Map(kinds.flatMap((kind) => [...expected[kind]].map(([topic, { length }]) => [topic, length])));
  return new Map([...actual].map(([topic, records]) => [topic, records.slice(0, counts.get(topic) ?? 0)]));
};

/** The latest window start in the changelog of a store: it tells deletions too, which its entries do not. */
const observedTimeOf =
  (testCase: Case) =>
  (store: string): number => {
    const records = testCase.expected.changelogs.get(`${testCase.config['application.id']}-${store}-changelog`) ?? [];
    const starts = records.map(({ k }) => (k === null || k.length < 12 ? -1 : Number(k.readBigInt64BE(k.length - 12))));
    return Math.max(-1, ...starts);
  };

/** The first difference between what Kafka Streams answered and what the library did, or null. */
export const compareCase = (testCase: Case, result: RunResult): string | null => {
  const { expected } = testCase;
  const topics = Map.groupBy<string, ActualRecord>(result.produced, ({ topic }) => topic);
  if (isBreakdown(expected.error, result.error)) {
    return (
      compareDescriptions(expected.describe, result.describe) ??
      compareAllTopics(testCase, untilBreakdown(testCase, topics), result.hasInternalTopics)
    );
  }
  const context = { retentions: result.retentions, observedTime: observedTimeOf(testCase) };
  return (
    compareErrors(expected.error, result.error) ??
    compareDescriptions(expected.describe, result.describe) ??
    compareAllTopics(testCase, topics, result.hasInternalTopics) ??
    (expected.stores === null || result.stores === null ? null : compareStores(expected.stores, result.stores, context))
  );
};
