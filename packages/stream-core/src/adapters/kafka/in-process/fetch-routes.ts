import type { IsolationLevel } from '../../../broker/fetcher.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import type { LogSlice, PartitionLog } from '../../memory/log/partition-log.ts';
import type { AnswerOf, ReceivedRequestOf } from '../protocol/api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { fetchApi } from '../protocol/fetch-api.ts';
import type { SessionPlan, WantedPartition } from './fetch-sessions.ts';
import { endpointsOf, leadershipRefusal } from './leadership.ts';
import type { RequestContext, Route } from './route.ts';
import { errorNumber, route } from './route.ts';

type FetchRequest = ReceivedRequestOf<typeof fetchApi>;
type PartitionAnswer = AnswerOf<typeof fetchApi>['responses'][number]['partitions'][number];

interface FoundPartition {
  readonly wanted: WantedPartition;
  readonly answer: PartitionAnswer;
}

/** How much of the request's bytes is left. The first batch of all comes whatever its size. */
interface Budget {
  left: number;
  isUntouched: boolean;
}

const topicIdsSince = 13;
const noRecords = new Uint8Array();

const isolationOf = ({ isolationLevel }: FetchRequest): IsolationLevel =>
  isolationLevel === 1 ? 'read_committed' : 'read_uncommitted';

const findLog = ({ brokers, cluster, version }: RequestContext, wanted: WantedPartition): PartitionLog | null => {
  const { topicKey, partition } = wanted;
  const topic = version >= topicIdsSince ? brokers.topicById(topicKey) : cluster.topics.find(topicKey);
  return topic?.partitions[partition] ?? null;
};

const refused = (partitionIndex: number, errorCode: number): PartitionAnswer => ({
  partitionIndex,
  errorCode,
  highWatermark: -1,
  abortedTransactions: null,
  records: noRecords,
});

const unknownPartition = ({ brokers, version }: RequestContext, { topicKey, partition }: WantedPartition) => {
  const isUnknownId = version >= topicIdsSince && brokers.topicById(topicKey) === null;
  const { number } = isUnknownId ? kafkaErrors.UNKNOWN_TOPIC_ID : kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION;
  return refused(partition, number);
};

const join = (batches: readonly RecordBatch[]): Uint8Array => {
  const [only] = batches;
  return batches.length === 1 && only !== undefined ? only.bytes : Buffer.concat(batches.map(({ bytes }) => bytes));
};

const recordsWithin = ({ batches }: LogSlice, limit: number, budget: Budget): Uint8Array => {
  const sizeBytes = batches.reduce((sum, batch) => sum + batch.sizeInBytes, 0);
  if (sizeBytes === 0 || (sizeBytes > limit && !budget.isUntouched)) return noRecords;
  budget.isUntouched = false;
  budget.left -= sizeBytes;
  return join(batches);
};

const read = (log: PartitionLog, wanted: WantedPartition, isolationLevel: IsolationLevel, budget: Budget) => {
  const limit = Math.max(0, Math.min(wanted.partitionMaxBytes, budget.left));
  const slice = log.read(wanted.fetchOffset, isolationLevel, limit);
  const isCommitted = isolationLevel === 'read_committed';
  return {
    partitionIndex: wanted.partition,
    errorCode: 0,
    highWatermark: log.logEndOffset,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    abortedTransactions: isCommitted ? slice.aborted : null,
    records: recordsWithin(slice, limit, budget),
  };
};

/** Where the log went another way than what the client has read; null when it did not (KIP-595). */
const divergence = ({ brokers }: RequestContext, log: PartitionLog, wanted: WantedPartition) => {
  const { lastFetchedEpoch, fetchOffset } = wanted;
  if (lastFetchedEpoch < 0) return null;
  const end = brokers.epochEnd(log, lastFetchedEpoch);
  return end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : null;
};

const readPartition = (
  context: RequestContext,
  wanted: WantedPartition,
  { isolationLevel, budget }: { readonly isolationLevel: IsolationLevel; readonly budget: Budget },
): PartitionAnswer => {
  const log = findLog(context, wanted);
  if (log === null) return unknownPartition(context, wanted);
  const refusal = leadershipRefusal(context, log, wanted.currentLeaderEpoch);
  if (refusal !== null) {
    return { ...refused(wanted.partition, refusal.errorCode), currentLeader: refusal.currentLeader };
  }
  const diverging = divergence(context, log, wanted);
  if (diverging !== null) return { ...refused(wanted.partition, 0), divergingEpoch: diverging };
  try {
    return read(log, wanted, isolationLevel, budget);
  } catch (error) {
    return refused(wanted.partition, errorNumber(error));
  }
};

const readAll = (context: RequestContext, request: FetchRequest, plan: SessionPlan): FoundPartition[] => {
  const budget = { left: request.maxBytes, isUntouched: true };
  const isolationLevel = isolationOf(request);
  return plan.wanted.map((wanted) => ({ wanted, answer: readPartition(context, wanted, { isolationLevel, budget }) }));
};

/** Enough to answer at once: the bytes that were asked for, or something that the client must know. */
const isEnough = (found: readonly FoundPartition[], minBytes: number): boolean => {
  const bytes = found.reduce((sum, { answer }) => sum + (answer.records?.length ?? 0), 0);
  return (
    found.length === 0 ||
    bytes >= minBytes ||
    found.some(({ answer }) => answer.errorCode !== 0 || answer.divergingEpoch !== undefined)
  );
};

/** Waits until one of the partitions may have something new, or the time is over. */
const news = (context: RequestContext, logs: readonly PartitionLog[], request: FetchRequest, delayMs: number) =>
  new Promise<void>((resolve) => {
    const isCommitted = isolationOf(request) === 'read_committed';
    const signals = logs.map((log) => (isCommitted ? log.stableEndMoved : log.endMoved));
    const all = [...signals, context.brokers.leadersMoved];
    const end = (): void => {
      timer.cancel();
      for (const signal of all) signal.delete(end);
      context.abandoned.removeEventListener('abort', end);
      resolve();
    };
    const timer = context.clock.schedule(delayMs, end);
    for (const signal of all) signal.add(end);
    context.abandoned.addEventListener('abort', end);
  });

const readWaiting = async (context: RequestContext, request: FetchRequest, plan: SessionPlan) => {
  const { clock, abandoned } = context;
  const deadline = clock.monotonic() + request.maxWaitMs;
  for (;;) {
    const found = readAll(context, request, plan);
    const leftMs = deadline - clock.monotonic();
    if (leftMs <= 0 || abandoned.aborted || isEnough(found, request.minBytes)) return found;
    const logs = plan.wanted.map((wanted) => findLog(context, wanted)).filter((log) => log !== null);
    await news(context, logs, request, leftMs);
  }
};

const planOf = ({ brokers, nodeId, version }: RequestContext, request: FetchRequest): SessionPlan => {
  const byId = version >= topicIdsSince;
  const { sessionId, sessionEpoch, topics, forgottenTopicsData } = request;
  const wanted = topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ ...partition, topicKey: byId ? topicId : topic })),
  );
  const forgotten = forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ topicKey: byId ? topicId : topic, partition })),
  );
  const plan = brokers.fetchSessions[nodeId]?.plan({ sessionId, sessionEpoch, wanted, forgotten });
  return plan ?? { errorCode: 0, session: null, wanted, isIncremental: false };
};

export const fetchRoute: Route = route(fetchApi, async (request, context) => {
  const plan = planOf(context, request);
  if (plan.errorCode !== 0) return { errorCode: plan.errorCode, responses: [] };
  const found = await readWaiting(context, request, plan);
  // Every partition passes the session, which remembers what it told.
  const told = found.filter(
    ({ wanted, answer }) => plan.session?.tells(wanted, answer) !== false || !plan.isIncremental,
  );
  const responses = Array.from(
    Map.groupBy(told, ({ wanted }) => wanted.topicKey),
    ([topicKey, partitions]) => ({
      topic: topicKey,
      topicId: context.version >= topicIdsSince ? topicKey : undefined,
      partitions: partitions.map(({ answer }) => answer),
    }),
  );
  return {
    errorCode: 0,
    sessionId: plan.session?.sessionId ?? 0,
    responses: responses.map(({ topicId, ...response }) =>
      topicId === undefined ? response : { ...response, topicId },
    ),
    nodeEndpoints: endpointsOf(
      context.brokers,
      told.map(({ answer }) => answer),
    ),
  };
});
