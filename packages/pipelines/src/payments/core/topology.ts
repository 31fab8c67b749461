import type { KStream, Topology } from '@millrace/stream-core';
import { StreamsBuilder } from '@millrace/stream-core';
import type { SimulatorDeps } from '../deps.ts';
import type { CoreCommand, CoreOperation, PaymentRequest } from '../generated/avro-types.ts';
import { heldAnswers, outsideAnswers } from '../simulator/outside-answers.ts';
import { feeFor } from '../tariff.ts';
import { scaled, topicNames } from '../topics.ts';
import { validRequests } from '../valid-requests.ts';
import type { CoreOutput } from './core-processor.ts';
import { CoreProcessor, coreStores } from './core-processor.ts';

// In production.
const accountPartitions = 40;

type ForAccount = readonly [account: string, operation: CoreOperation];

const noDebit = { replyAs: null, reservationId: null, debitPreviousBalance: null, debitNewBalance: null };

const reservation = (_key: string | null, request: PaymentRequest): ForAccount => {
  const { transactionId, fromMsisdn, toMsisdn, amount } = request;
  const payment = { transactionId, fromMsisdn, toMsisdn, amount, fee: feeFor(amount) };
  return [fromMsisdn, { type: 'RESERVE', attempt: 0, ...payment, ...noDebit }];
};

const commanded = (_key: string, { command, issuedAt: _issuedAt, ...payment }: CoreCommand): ForAccount => [
  payment.fromMsisdn,
  { type: command, ...payment, ...noDebit },
];

/**
 * Everything that is to be done to accounts, each with its account as key: requests and commands with the payer, and the
 * credits that executions leave for the payee, who may be in another partition.
 */
const operations = (builder: StreamsBuilder, deps: SimulatorDeps): KStream<string, CoreOperation> => {
  const { serdes, config, world } = deps;
  const source = { key: serdes.key, idleTimeout: config.idleTimeoutMs };
  const requests: KStream<string, CoreOperation> = validRequests(builder, deps).map(reservation);
  const commands = builder
    .stream(topicNames.commands, { ...source, value: serdes.command })
    .filterNot((transactionId, { attempt }) => world.isLost(transactionId, attempt))
    .map(commanded);
  const credits = builder.stream(topicNames.credits, { ...source, value: serdes.coreOperation });
  return requests
    .merge(commands)
    .merge(credits)
    .repartition({
      name: 'operations-by-account',
      key: serdes.key,
      value: serdes.coreOperation,
      partitions: scaled(accountPartitions, config.partitionsDivisor),
    });
};

const writeReplies = (outputs: KStream<string, CoreOutput>, { serdes, world }: SimulatorDeps): void => {
  const held = heldAnswers('core-held', serdes.core);
  outputs
    .flatMapValues((output) => (output.kind === 'reply' ? [output.value] : []))
    .process(
      outsideAnswers({
        world,
        held,
        idOf: ({ transactionId, attempt }) => ({ system: 'core', transactionId, attempt }),
        withTime: (reply, processingTime) => ({
          ...reply,
          processingTime,
          completionTime: reply.completionTime === null ? null : reply.completionTime + processingTime,
        }),
      }),
      { name: 'answers', stores: [held] },
    )
    .to(topicNames.core, { key: serdes.key, value: serdes.core });
};

/**
 * Core: reserves, executes and releases, and keeps a journal. An execution debits the payer, and the credit goes to the
 * payee through a topic of its own, in the same transaction.
 */
export const coreTopology = (deps: SimulatorDeps): Topology => {
  const { serdes, config } = deps;
  const { key } = serdes;
  const builder = new StreamsBuilder();
  const stores = coreStores(serdes, config.identityMs);
  const outputs = operations(builder, deps).process(
    () => new CoreProcessor({ stores, identityMs: config.identityMs }),
    { name: 'accounts', stores: [stores.accounts, stores.reservations, stores.credits] },
  );
  writeReplies(outputs, deps);
  outputs
    .flatMapValues((output) => (output.kind === 'posting' ? [output.value] : []))
    .to(topicNames.ledger, { key, value: serdes.coreLedgerEntry });
  outputs
    .flatMapValues((output) => (output.kind === 'credit' ? [output.value] : []))
    .to(topicNames.credits, { key, value: serdes.coreOperation });
  return builder.build();
};
