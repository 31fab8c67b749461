import type { KStream, StreamsBuilder } from '@millrace/stream-core';
import type { PaymentsDeps } from './deps.ts';
import type { PaymentRequest } from './generated/avro-types.ts';
import { keepsRules } from './request-rules.ts';
import { topicNames } from './topics.ts';

const isValid = (key: string | null, request: PaymentRequest | null): request is PaymentRequest =>
  request !== null && keepsRules(key, request);

/** The requests that a validation system looks at: those that break a rule are the orchestrator's to reject. */
export const validRequests = (
  builder: StreamsBuilder,
  { serdes, config }: PaymentsDeps,
): KStream<string | null, PaymentRequest> =>
  builder
    .stream<string | null, PaymentRequest>(topicNames.requests, {
      key: serdes.key,
      value: serdes.request,
      nullable: true,
      idleTimeout: config.idleTimeoutMs,
    })
    .filter(isValid);
