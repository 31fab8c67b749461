import type { KStream, Topology } from '@millrace/stream-core';
import { StreamsBuilder } from '@millrace/stream-core';
import type { SimulatorDeps } from '../deps.ts';
import type { PaymentConfirmation, PaymentRequest, RevenueOperation } from '../generated/avro-types.ts';
import { heldAnswers, outsideAnswers } from '../simulator/outside-answers.ts';
import { scaled, topicNames } from '../topics.ts';
import { validRequests } from '../valid-requests.ts';
import { RevenueProcessor, revenueStores } from './revenue-processor.ts';

// In production.
const accountPartitions = 30;

type ForAccount = readonly [account: string, operation: RevenueOperation];

const validation = (_key: string | null, { fromMsisdn, transactionId, amount }: PaymentRequest): ForAccount => [
  fromMsisdn,
  { type: 'VALIDATE', transactionId, amount, outcome: null },
];

const settlement = (_key: string, confirmation: PaymentConfirmation): ForAccount[] => {
  const { transactionId, fromMsisdn, toMsisdn, amount, finalStatus: outcome } = confirmation;
  const debit: ForAccount = [fromMsisdn, { type: 'SETTLE', transactionId, amount, outcome }];
  const credit: ForAccount = [toMsisdn, { type: 'CREDIT', transactionId, amount, outcome: null }];
  return outcome === 'COMPLETED' ? [debit, credit] : [debit];
};

/**
 * Revenue management: validates requests, and settles what has ended. Payer and payee are accounts of one store, so
 * requests and confirmations, whose keys are others, come together by account through a repartition topic.
 */
export const revenueTopology = (deps: SimulatorDeps): Topology => {
  const { serdes, config, world } = deps;
  const { key } = serdes;
  const builder = new StreamsBuilder();
  const stores = revenueStores(serdes, config.identityMs);
  const held = heldAnswers('revenue-held', serdes.revenue);
  const requests: KStream<string, RevenueOperation> = validRequests(builder, deps).map(validation);
  const settlements = builder
    .stream(topicNames.confirmations, { key, value: serdes.confirmation, idleTimeout: config.idleTimeoutMs })
    .flatMap(settlement);
  requests
    .merge(settlements)
    .repartition({
      name: 'operations-by-account',
      key,
      value: serdes.revenueOperation,
      partitions: scaled(accountPartitions, config.partitionsDivisor),
    })
    .process(() => new RevenueProcessor({ stores, identityMs: config.identityMs }), {
      name: 'accounts',
      stores: [stores.accounts, stores.payments],
    })
    .process(
      outsideAnswers({
        world,
        held,
        idOf: ({ transactionId }) => ({ system: 'revenue', transactionId, attempt: 0 }),
        withTime: (answer) => answer,
      }),
      { name: 'answers', stores: [held] },
    )
    .to(topicNames.revenue, { key, value: serdes.revenue });
  return builder.build();
};
