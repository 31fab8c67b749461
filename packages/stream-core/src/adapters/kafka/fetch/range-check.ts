import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { PartitionLeader } from '../cluster.ts';
import { kafkaError, refusal } from '../protocol/error-codes.ts';
import { listOffsetsApi } from '../protocol/list-offsets-api.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { FetchSettings } from './fetch-options.ts';
import { partitionError, takeFailure, tryLater } from './partition-trouble.ts';

/** The timestamps that stand for both ends of a log. */
const earliest = -2;
const latest = -1;
/** So often a broker may contradict itself about a position before it counts as gone. */
const maxContradictions = 5;

interface LogRange {
  readonly start: number;
  readonly end: number;
}

const listOffset = async (
  { topic, partition }: TopicPartition,
  leader: PartitionLeader,
  { timestamp, settings }: { readonly timestamp: number; readonly settings: FetchSettings },
): Promise<number> => {
  const { cluster, lane } = settings;
  const partitions = [{ partitionIndex: partition, currentLeaderEpoch: leader.leaderEpoch, timestamp }];
  const request = { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] };
  const { response } = await cluster.call(leader.nodeId, listOffsetsApi, request, { lane });
  const answer = response.topics[0]?.partitions[0];
  if (answer === undefined || answer.errorCode !== 0 || answer.offset < 0) {
    cluster.forgetLeader({ topic, partition });
    const { retriable } = kafkaError(answer?.errorCode ?? 0);
    if (answer === undefined || answer.errorCode === 0 || retriable) {
      throw new StreamsError('BROKER_UNAVAILABLE', `ListOffsets of ${topic}-${partition} found no offset`);
    }
    throw refusal(answer.errorCode, `ListOffsets of ${topic}-${partition}`, { context: { topic, partition } });
  }
  return answer.offset;
};

const readRange = async (partition: TopicPartition, settings: FetchSettings): Promise<LogRange | null> => {
  const leader = await settings.cluster.leader(partition);
  if (leader === null) return null;
  const start = await listOffset(partition, leader, { timestamp: earliest, settings });
  const end = await listOffset(partition, leader, { timestamp: latest, settings });
  return { start, end };
};

/** What the caller is told when a position is not in the log. */
export const outOfRange = (partition: AssignedPartition, { start, end }: LogRange, why: string): StreamsError =>
  partitionError(
    partition,
    'OFFSET_OUT_OF_RANGE',
    `${why}: the position is ${partition.fetchOffset}, and the log has the offsets from ${start} to before ${end}; ` +
      'seek to one of them, or let an offset reset policy choose',
  );

/**
 * Finds out whether a position that a broker does not have is really gone. The first time the leader may have been
 * another one, so it is looked up anew and asked again; then both ends of its log decide.
 */
export const checkRange = async (partition: AssignedPartition, settings: FetchSettings): Promise<void> => {
  const { topicPartition, version } = partition;
  settings.cluster.forgetLeader(topicPartition);
  partition.outOfRange++;
  tryLater(partition, settings);
  if (partition.outOfRange === 1) return;
  partition.isBusy = true;
  try {
    const range = await readRange(topicPartition, settings);
    if (partition.version !== version || range === null) return;
    const isThere = range.start <= partition.fetchOffset && partition.fetchOffset <= range.end;
    if (isThere && partition.outOfRange < maxContradictions) return;
    partition.outOfRange = 0;
    partition.fail(outOfRange(partition, range, 'there is nothing to go on with'));
  } catch (error) {
    if (partition.version === version) takeFailure(partition, error, settings);
  } finally {
    if (partition.version === version) partition.isBusy = false;
  }
};
