import type { Topology } from '@millrace/stream-core';
import { StreamsBuilder } from '@millrace/stream-core';
import { shillings } from '../../shared/money.ts';
import { textHash } from '../../shared/text-hash.ts';
import type { SimulatorDeps } from '../deps.ts';
import { externalSystemId } from '../fraud/analysis.ts';
import type { FraudAnalysis, PaymentRequest } from '../generated/avro-types.ts';
import { topicNames } from '../topics.ts';
import { heldAnswers, outsideAnswers } from './outside-answers.ts';

const largeAmount = shillings(60_000);

// One request in so many is found suspicious for reasons that nobody outside of the system knows.
const suspiciousOneIn = 200;

/** What the system says: it declines what is very large, and what it finds suspicious. */
const analyse = ({ transactionId, amount }: PaymentRequest): FraudAnalysis => {
  const isLarge = amount > largeAmount;
  const isSuspicious = textHash(transactionId, 17) % suspiciousOneIn === 0;
  return {
    transactionId,
    fraudScore: isLarge || isSuspicious ? 0.9 : 0.1,
    decision: isLarge || isSuspicious ? 'DECLINED' : 'APPROVED',
    riskFactors: [...(isLarge ? ['LARGE_AMOUNT'] : []), ...(isSuspicious ? ['BEHAVIOUR'] : [])],
    processingTime: 0,
    fraudSystemId: externalSystemId,
  };
};

/** The external fraud system, which may be down. */
export const externalFraudTopology = ({ serdes, config, world }: SimulatorDeps): Topology => {
  const { key } = serdes;
  const builder = new StreamsBuilder();
  const held = heldAnswers('fraud-held', serdes.fraud);
  builder
    .stream(topicNames.fraudRequests, { key, value: serdes.request, idleTimeout: config.idleTimeoutMs })
    .filterNot((_transactionId, { timestamp }) => world.isFraudDown(timestamp))
    .mapValues(analyse)
    .process(
      outsideAnswers({
        world,
        held,
        idOf: ({ transactionId }) => ({ system: 'fraud', transactionId, attempt: 0 }),
        withTime: (analysis, processingTime) => ({ ...analysis, processingTime }),
      }),
      { name: 'answers', stores: [held] },
    )
    .to(topicNames.fraudReplies, { key, value: serdes.fraud });
  return builder.build();
};
