import type { KStream, Topology } from '@millrace/stream-core';
import { StreamsBuilder } from '@millrace/stream-core';
import { CorrelationProcessor, correlationStores } from './correlation/correlation-processor.ts';
import type { Output } from './correlation/outputs.ts';
import type { PaymentNews } from './correlation/payment-event.ts';
import type { PaymentsDeps } from './deps.ts';
import type { PaymentRequest, SubmittedRequest } from './generated/avro-types.ts';
import type { PaymentsSerdes } from './messages.ts';
import { msisdnTokens } from './msisdn-tokens.ts';
import { submission } from './submission.ts';
import { scaled, topicNames } from './topics.ts';

// In production; the topics that meet here have 50, 20, 30 and 40 partitions.
const correlationPartitions = 40;

/** The requests under their transactionId. Those that have none go to people from here. */
const requestsById = (builder: StreamsBuilder, { serdes, config }: PaymentsDeps): KStream<string, SubmittedRequest> => {
  const submissions = builder
    .stream<string | null, PaymentRequest>(topicNames.requests, {
      key: serdes.key,
      value: serdes.request,
      nullable: true,
      idleTimeout: config.idleTimeoutMs,
    })
    .processValues(submission);
  submissions
    .flatMapValues((each) => (each.kind === 'deadLetter' ? [each.value] : []))
    .to(topicNames.deadLetters, { key: serdes.key, value: serdes.deadLetter });
  return submissions.flatMap((_key, each) =>
    each.kind === 'submitted' ? [[each.value.request.transactionId, each.value] as const] : [],
  );
};

/** Everything that is known of payments, brought together by transactionId through repartition topics of one size. */
const paymentNews = (builder: StreamsBuilder, deps: PaymentsDeps): KStream<string, PaymentNews> => {
  const { serdes, config } = deps;
  const { key, fraud, revenue, core, submitted } = serdes;
  const partitions = scaled(correlationPartitions, config.partitionsDivisor);
  const idle = { key, idleTimeout: config.idleTimeoutMs };
  const requests = requestsById(builder, deps)
    .repartition({ name: 'requests-by-transaction', key, value: submitted, partitions })
    .mapValues((value): PaymentNews => ({ kind: 'request', submitted: value }));
  const frauds = builder
    .stream(topicNames.fraud, { ...idle, value: fraud })
    .repartition({ name: 'fraud-by-transaction', partitions })
    .mapValues((answer): PaymentNews => ({ kind: 'fraud', answer }));
  const revenues = builder
    .stream(topicNames.revenue, { ...idle, value: revenue })
    .repartition({ name: 'revenue-by-transaction', partitions })
    .mapValues((answer): PaymentNews => ({ kind: 'revenue', answer }));
  const cores = builder
    .stream(topicNames.core, { ...idle, value: core })
    .repartition({ name: 'core-by-transaction', partitions })
    .mapValues((answer): PaymentNews => ({ kind: 'core', answer }));
  return requests.merge(frauds).merge(revenues).merge(cores);
};

/** Each kind of output to its topic. */
const write = (outputs: KStream<string, Output>, { key, ...values }: PaymentsSerdes): void => {
  outputs
    .flatMapValues((output) => (output.kind === 'confirmation' ? [output.value] : []))
    .to(topicNames.confirmations, { key, value: values.confirmation });
  outputs
    .flatMapValues((output) => (output.kind === 'command' ? [output.value] : []))
    .to(topicNames.commands, { key, value: values.command });
  outputs
    .flatMapValues((output) => (output.kind === 'audit' ? [output.value] : []))
    .to(topicNames.audit, { key, value: values.audit });
  outputs
    .flatMapValues((output) => (output.kind === 'deadLetter' ? [output.value] : []))
    .to(topicNames.deadLetters, { key, value: values.deadLetter });
};

/**
 * The orchestrator: requests and answers meet by transactionId, and become commands to core, confirmations, the audit
 * trail and dead letters.
 */
export const orchestratorTopology = (deps: PaymentsDeps): Topology => {
  const { serdes, config } = deps;
  const builder = new StreamsBuilder();
  const stores = correlationStores(serdes, config);
  const options = { ...config, stores, tokenise: msisdnTokens(config.hmacKey) };
  const outputs = paymentNews(builder, deps).process(() => new CorrelationProcessor(options), {
    name: 'correlation',
    stores: [stores.open, stores.closed],
  });
  write(outputs, serdes);
  return builder.build();
};
