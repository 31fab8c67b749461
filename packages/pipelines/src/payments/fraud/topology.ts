import type { KStream, Topology } from '@millrace/stream-core';
import { StreamsBuilder } from '@millrace/stream-core';
import type { PaymentsDeps } from '../deps.ts';
import type { FraudCase } from '../generated/avro-types.ts';
import { scaled, topicNames } from '../topics.ts';
import { validRequests } from '../valid-requests.ts';
import { builtinAnalysis } from './analysis.ts';
import { AssessmentProcessor, fraudStores } from './assessment-processor.ts';
import { breakerRules } from './breaker.ts';
import type { GatewayInput, GatewayOutput } from './fraud-gateway.ts';
import { FraudGateway, gatewayStores } from './fraud-gateway.ts';

// In production.
const gatewayPartitions = 20;

/** Requests of one payer lie in one partition, since that is their key: the rules need no repartitioning. */
const assessedRequests = (builder: StreamsBuilder, deps: PaymentsDeps): KStream<string, FraudCase> => {
  const { identityMs } = deps.config;
  const stores = fraudStores(deps.serdes, identityMs);
  return validRequests(builder, deps).process(() => new AssessmentProcessor({ stores, identityMs }), {
    name: 'assessment',
    stores: [stores.profiles, stores.recent, stores.assessments],
  });
};

const answerBuiltin = (cases: KStream<string, FraudCase>, { serdes }: PaymentsDeps): void =>
  cases
    .map((_payer, fraudCase) => [fraudCase.request.transactionId, builtinAnalysis(fraudCase)])
    .to(topicNames.fraud, { key: serdes.key, value: serdes.fraud });

/** Cases and replies meet by transactionId, where the breaker is. */
const askExternal = (builder: StreamsBuilder, cases: KStream<string, FraudCase>, deps: PaymentsDeps): void => {
  const { serdes, config } = deps;
  const { key } = serdes;
  const partitions = scaled(gatewayPartitions, config.partitionsDivisor);
  const stores = gatewayStores(serdes);
  const questions = cases
    .selectKey((_payer, { request }) => request.transactionId)
    .repartition({ name: 'cases-by-transaction', key, value: serdes.fraudCase, partitions })
    .mapValues((value): GatewayInput => ({ kind: 'case', value }));
  const replies = builder
    .stream(topicNames.fraudReplies, { key, value: serdes.fraud, idleTimeout: config.idleTimeoutMs })
    .repartition({ name: 'replies-by-transaction', partitions })
    .mapValues((value): GatewayInput => ({ kind: 'reply', value }));
  const outputs: KStream<string, GatewayOutput> = questions
    .merge(replies)
    .process(() => new FraudGateway(stores, breakerRules), {
      name: 'gateway',
      stores: [stores.pending, stores.breaker],
    });
  outputs
    .flatMapValues((output) => (output.kind === 'question' ? [output.value] : []))
    .to(topicNames.fraudRequests, { key, value: serdes.request });
  outputs
    .flatMapValues((output) => (output.kind === 'analysis' ? [output.value] : []))
    .to(topicNames.fraud, { key, value: serdes.fraud });
  outputs
    .flatMapValues((output) => (output.kind === 'breaker' ? [output.value] : []))
    .to(topicNames.fraudBreakers, { key, value: serdes.fraudBreakerEvent });
};

/**
 * Fraud management. `builtin`: the rules of this pipeline answer. `external`: another system does, and while it does
 * not, the rules answer in its place, more conservatively.
 */
export const fraudTopology = (deps: PaymentsDeps): Topology => {
  const builder = new StreamsBuilder();
  const cases = assessedRequests(builder, deps);
  if (deps.config.fraud === 'builtin') answerBuiltin(cases, deps);
  else askExternal(builder, cases, deps);
  return builder.build();
};
