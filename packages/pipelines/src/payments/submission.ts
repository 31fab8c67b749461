import type {
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  FixedKeyProcessorSupplier,
  StreamRecord,
} from '@millrace/stream-core';
import type { PaymentDeadLetter, PaymentRequest, SubmittedRequest } from './generated/avro-types.ts';
import { brokenRules } from './request-rules.ts';

/** A request on its way to its correlation, or one that belongs to no payment at all. */
export type Submission =
  | { readonly kind: 'submitted'; readonly value: SubmittedRequest }
  | { readonly kind: 'deadLetter'; readonly value: PaymentDeadLetter };

class SubmissionProcessor implements FixedKeyProcessor<string | null, PaymentRequest | null, Submission> {
  #context: FixedKeyProcessorContext<string | null, Submission> | null = null;

  init(context: FixedKeyProcessorContext<string | null, Submission>): void {
    this.#context = context;
  }

  process({ key, value: request, timestamp, headers }: StreamRecord<string | null, PaymentRequest | null>): void {
    const value: Submission =
      request === null || request.transactionId === ''
        ? { kind: 'deadLetter', value: this.#deadLetter(request, timestamp) }
        : { kind: 'submitted', value: { problems: brokenRules(key, request), request } };
    this.#context?.forward({ key, value, timestamp, headers });
  }

  #deadLetter(request: PaymentRequest | null, timestamp: number): PaymentDeadLetter {
    const at = this.#context?.recordMetadata() ?? null;
    return {
      transactionId: null,
      reason: request === null ? 'VALUE_MISSING' : 'TRANSACTION_ID_MISSING',
      source: at === null ? null : `${at.topic}-${at.partition} offset ${at.offset}`,
      timestamp,
      attempt: 0,
      request,
      fraud: null,
      revenue: null,
      core: null,
    };
  }
}

/** Looks which rules a request breaks, while its key is still known. What has no transactionId goes to people. */
export const submission: FixedKeyProcessorSupplier<string | null, PaymentRequest | null, Submission> = () =>
  new SubmissionProcessor();
