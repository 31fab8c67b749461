import { serdes, stores } from '@millrace/stream-core';
import { openPaymentSerde } from './open-payment.ts';
import { PaymentDecision } from './payment-decision.ts';
import { paymentSerdes } from './payment-messages.ts';
import { PaymentOrchestrator } from './payment-orchestrator.ts';
import type { Workload } from './workload.ts';

const topics = ['payment-requests', 'fraud-analysis', 'revenue-validation', 'core-processing'];

/** W4: brings the four messages of a payment together and confirms it, as it was decided or when its time is over. */
export const payments: Workload = (builder, { topicPrefix, outputTopic, schemas }) => {
  const messages = paymentSerdes(schemas);
  const key = serdes.string();
  const open = stores.keyValueStore({ name: 'open', key, value: openPaymentSerde, caching: true });
  const decision = new PaymentDecision(messages);
  builder
    .stream(
      topics.map((topic) => topicPrefix + topic),
      { key, value: serdes.bytes() },
    )
    .process(() => new PaymentOrchestrator(open, decision), { stores: [open] })
    .to(outputTopic, { key, value: messages.confirmation });
};
