import { BrokerError } from '../../memory/broker-error.ts';
import { topicConfigDefaults } from '../../memory/log/topic-config.ts';
import type { ReceivedRequestOf } from '../protocol/api.ts';
import { createPartitionsApi } from '../protocol/create-partitions-api.ts';
import { createTopicsApi } from '../protocol/create-topics-api.ts';
import { deleteTopicsApi } from '../protocol/delete-topics-api.ts';
import { describeConfigsApi } from '../protocol/describe-configs-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { incrementalAlterConfigsApi } from '../protocol/incremental-alter-configs-api.ts';
import type { RequestContext, Route } from './route.ts';
import { route } from './route.ts';

type NewTopic = ReceivedRequestOf<typeof createTopicsApi>['topics'][number];

const topicResource = 2;
const source = { topic: 1, default: 5 } as const;
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;
/** From this version on topics are named one by one, by name or by id. */
const deleteByIdSince = 6;
const noUuid = '00000000-0000-0000-0000-000000000000';

interface Outcome {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const success: Outcome = { errorCode: 0, errorMessage: null };

const outcomeOf = (act: () => void): Outcome => {
  try {
    act();
    return success;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { errorCode: error.errorNumber, errorMessage: error.message };
  }
};

const unsupported = (what: string): Outcome => ({ errorCode: kafkaErrors.INVALID_REQUEST.number, errorMessage: what });

const configsOf = (context: RequestContext, topic: string, names: readonly string[] | null) =>
  Object.entries(context.cluster.topics.get(topic).config.entries)
    .filter(([name]) => names === null || names.includes(name))
    .map(([name, value]) => ({
      name,
      value,
      readOnly: false,
      configSource: value === topicConfigDefaults[name] ? source.default : source.topic,
      isSensitive: false,
    }));

const create = (context: RequestContext, topic: NewTopic) => {
  const { topics } = context.cluster;
  const { name, numPartitions, replicationFactor, configs } = topic;
  const nodes = context.brokers.nodes.length;
  if (replicationFactor > nodes || replicationFactor === 0 || replicationFactor < -1) {
    const errorMessage = `replication factor ${replicationFactor} is not possible with ${nodes} nodes`;
    return { name, errorCode: kafkaErrors.INVALID_REPLICATION_FACTOR.number, errorMessage, configs: null };
  }
  const settings = Object.fromEntries(configs.map((config) => [config.name, config.value ?? '']));
  const partitions = numPartitions === -1 ? {} : { partitions: numPartitions };
  const outcome = outcomeOf(() => topics.create(name, { ...partitions, configs: settings }));
  if (outcome.errorCode !== 0) return { name, ...outcome, configs: null };
  const created = topics.get(name);
  return {
    name,
    ...outcome,
    topicId: context.brokers.topicId(created),
    numPartitions: created.partitions.length,
    replicationFactor: Math.max(1, replicationFactor),
    configs: configsOf(context, name, null),
  };
};

export const createTopicsRoute: Route = route(createTopicsApi, ({ topics, validateOnly }, context) => {
  if (validateOnly) {
    const outcome = unsupported('the in-process broker cannot validate without creating');
    return { topics: topics.map(({ name }) => ({ name, ...outcome, configs: null })) };
  }
  return { topics: topics.map((topic) => create(context, topic)) };
});

export const deleteTopicsRoute: Route = route(deleteTopicsApi, ({ topics, topicNames }, context) => {
  const { brokers, cluster, version } = context;
  const byName = topicNames.map((name) => ({ name, topicId: noUuid }));
  const responses = (version >= deleteByIdSince ? topics : byName).map(({ name, topicId }) => {
    const topic = name === null ? brokers.topicById(topicId) : cluster.topics.find(name);
    if (topic === null && name === null) {
      return { name, topicId, errorCode: kafkaErrors.UNKNOWN_TOPIC_ID.number };
    }
    const known = topic?.name ?? name ?? '';
    const id = topic === null ? noUuid : brokers.topicId(topic);
    return { name: known, topicId: id, ...outcomeOf(() => cluster.topics.delete(known)) };
  });
  return { responses };
});

export const createPartitionsRoute: Route = route(createPartitionsApi, ({ topics, validateOnly }, context) => ({
  results: topics.map(({ name, count }) => ({
    name,
    ...(validateOnly
      ? unsupported('the in-process broker cannot validate without creating')
      : outcomeOf(() => context.cluster.topics.createPartitions(name, count))),
  })),
}));

export const describeConfigsRoute: Route = route(describeConfigsApi, ({ resources }, context) => ({
  results: resources.map(({ resourceType, resourceName, configurationKeys }) => {
    const resource = { resourceType, resourceName };
    if (resourceType !== topicResource) {
      return { ...resource, ...unsupported('the in-process broker has settings of topics only'), configs: [] };
    }
    const outcome = outcomeOf(() => context.cluster.topics.get(resourceName));
    const configs = outcome.errorCode === 0 ? configsOf(context, resourceName, configurationKeys) : [];
    return {
      ...resource,
      ...outcome,
      configs: configs.map((config) => ({ ...config, synonyms: [], documentation: null })),
    };
  }),
}));

interface Alteration {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}

const listed = (text: string): string[] => text.split(',').filter((item) => item !== '');

const altered = ({ name, configOperation, value }: Alteration, current: string): string => {
  const items = listed(value ?? '');
  if (configOperation === operation.set) return value ?? '';
  if (configOperation === operation.append) return [...new Set([...listed(current), ...items])].join(',');
  if (configOperation === operation.subtract)
    return listed(current)
      .filter((item) => !items.includes(item))
      .join(',');
  return topicConfigDefaults[name] ?? '';
};

export const incrementalAlterConfigsRoute: Route = route(incrementalAlterConfigsApi, (request, context) => ({
  responses: request.resources.map(({ resourceType, resourceName, configs }) => {
    const resource = { resourceType, resourceName };
    if (resourceType !== topicResource) {
      return { ...resource, ...unsupported('the in-process broker has settings of topics only') };
    }
    const { topics } = context.cluster;
    return {
      ...resource,
      ...outcomeOf(() => {
        const { entries } = topics.get(resourceName).config;
        const changes = configs.map((config) => [config.name, altered(config, entries[config.name] ?? '')]);
        topics.alterConfigs(resourceName, Object.fromEntries(changes));
      }),
    };
  }),
}));
