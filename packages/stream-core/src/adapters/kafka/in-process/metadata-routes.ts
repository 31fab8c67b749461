import { BrokerError } from '../../memory/broker-error.ts';
import type { PartitionLog } from '../../memory/log/partition-log.ts';
import type { Topic } from '../../memory/topic-registry.ts';
import type { CoordinatorKind } from '../cluster.ts';
import { apiVersionsApi } from '../protocol/api-versions-api.ts';
import { describeClusterApi } from '../protocol/describe-cluster-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { findCoordinatorApi } from '../protocol/find-coordinator-api.ts';
import { metadataApi } from '../protocol/metadata-api.ts';
import type { InProcessBrokers } from './in-process-brokers.ts';
import type { RequestContext, Route } from './route.ts';
import { errorNumber, route } from './route.ts';

const clusterId = 'in-process';
const noUuid = '00000000-0000-0000-0000-000000000000';
/** From this version on several keys are asked for at once. */
const coordinatorListSince = 4;

const controllerOf = ({ upNodes }: InProcessBrokers): number => upNodes[0]?.nodeId ?? -1;

const partitionOf = ({ brokers }: RequestContext, log: PartitionLog) => {
  const leader = brokers.leader(log);
  return {
    errorCode: leader === null ? kafkaErrors.LEADER_NOT_AVAILABLE.number : 0,
    partitionIndex: log.topicPartition.partition,
    leaderId: leader?.nodeId ?? -1,
    leaderEpoch: log.leaderEpoch,
    replicaNodes: brokers.nodes.map(({ nodeId }) => nodeId),
    isrNodes: brokers.upNodes.map(({ nodeId }) => nodeId),
    offlineReplicas: brokers.nodes.filter(({ nodeId }) => !brokers.isUp(nodeId)).map(({ nodeId }) => nodeId),
  };
};

const topicOf = (context: RequestContext, topic: Topic) => ({
  errorCode: 0,
  name: topic.name,
  topicId: context.brokers.topicId(topic),
  partitions: topic.partitions.map((log) => partitionOf(context, log)),
});

interface AskedTopic {
  readonly topicId: string;
  readonly name: string | null;
}

const named = (context: RequestContext, name: string, mayCreate: boolean) => {
  const { topics } = context.cluster;
  const missing = { name, partitions: [] };
  try {
    const topic = mayCreate ? topics.findOrCreate(name) : topics.find(name);
    if (topic !== null) return topicOf(context, topic);
    return { ...missing, errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.number };
  } catch (error) {
    return { ...missing, errorCode: errorNumber(error) };
  }
};

const asked = (context: RequestContext, { topicId, name }: AskedTopic, mayCreate: boolean) => {
  if (name !== null && topicId === noUuid) return named(context, name, mayCreate);
  const topic = context.brokers.topicById(topicId);
  if (topic !== null) return topicOf(context, topic);
  return { errorCode: kafkaErrors.UNKNOWN_TOPIC_ID.number, name, topicId, partitions: [] };
};

export const metadataRoute: Route = route(metadataApi, ({ topics, allowAutoTopicCreation }, context) => {
  const { brokers, cluster } = context;
  const all = (): AskedTopic[] => cluster.topics.names.map((name) => ({ topicId: noUuid, name }));
  return {
    brokers: brokers.upNodes,
    clusterId,
    controllerId: controllerOf(brokers),
    topics: (topics ?? all()).map((topic) => asked(context, topic, allowAutoTopicCreation)),
    errorCode: 0,
  };
});

const nowhere = { nodeId: -1, host: '', port: -1 };

const coordinatorOf = ({ brokers }: RequestContext, kind: CoordinatorKind, key: string) => {
  const invalid = new BrokerError('INVALID_GROUP_ID', 'a group id must not be empty');
  if (key === '') return { errorCode: invalid.errorNumber, errorMessage: invalid.message, ...nowhere };
  const node = brokers.coordinator(kind, key);
  if (node === null) return { errorCode: kafkaErrors.COORDINATOR_NOT_AVAILABLE.number, errorMessage: null, ...nowhere };
  return { errorCode: 0, errorMessage: null, ...node };
};

export const findCoordinatorRoute: Route = route(findCoordinatorApi, ({ key, keyType, coordinatorKeys }, context) => {
  const kind = keyType === 1 ? 'transaction' : 'group';
  if (context.version < coordinatorListSince) return coordinatorOf(context, kind, key);
  return { coordinators: coordinatorKeys.map((each) => ({ key: each, ...coordinatorOf(context, kind, each) })) };
});

export const describeClusterRoute: Route = route(describeClusterApi, (_, { brokers }) => ({
  errorCode: 0,
  clusterId,
  controllerId: controllerOf(brokers),
  brokers: brokers.upNodes.map(({ nodeId, host, port }) => ({ brokerId: nodeId, host, port })),
}));

/** @param apis every api that the nodes answer */
export const apiVersionsRoute = (apis: () => readonly Route['api'][]): Route =>
  route(apiVersionsApi, (_, { brokers }) => {
    const features = Array.from(brokers.features, ([name, level]) => ({ name, level }));
    return {
      errorCode: 0,
      apiKeys: apis().map(({ name, key, minVersion, maxVersion }) => ({
        apiKey: key,
        minVersion,
        maxVersion: Math.min(maxVersion, brokers.maxVersion(name)),
      })),
      supportedFeatures: features.map(({ name, level }) => ({ name, minVersion: 0, maxVersion: level })),
      finalizedFeaturesEpoch: 1,
      finalizedFeatures: features.map(({ name, level }) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
    };
  });
