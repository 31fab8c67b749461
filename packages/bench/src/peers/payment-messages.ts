import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Serde } from '@millrace/stream-core';
import { avroSerdes, inMemorySchemaSource } from '@millrace/stream-core/avro';

/** A message of `payment-requests`. Amounts are in the smallest unit. */
export interface PaymentRequest {
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: number;
  readonly currency: string;
  readonly requestedAt: number;
}

/** A message of `fraud-analysis`. */
export interface FraudAnalysis {
  readonly decision: 'APPROVED' | 'REJECTED';
  readonly riskScore: number;
  readonly reasons: readonly string[];
}

/** A message of `revenue-validation`. */
export interface RevenueValidation {
  readonly decision: 'APPROVED' | 'REJECTED';
  readonly feeAmount: number;
  readonly reasons: readonly string[];
}

/** A message of `core-processing`. */
export interface CoreProcessing {
  readonly status: 'RESERVED' | 'FAILED';
  readonly reservationId: string | null;
  readonly reasons: readonly string[];
}

/** A message of `payment-confirmations`. */
export interface PaymentConfirmation {
  readonly transactionId: string;
  readonly outcome: 'PROCEED' | 'REJECT';
  readonly reason: string | null;
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: number;
  readonly currency: string;
  readonly feeAmount: number | null;
  readonly riskScore: number | null;
  readonly reservationId: string | null;
  readonly reasons: readonly string[];
  readonly requestedAt: number;
  readonly decidedAt: number;
}

/** The serdes of all messages of a payment. */
export interface PaymentSerdes {
  readonly request: Serde<PaymentRequest>;
  readonly fraud: Serde<FraudAnalysis>;
  readonly revenue: Serde<RevenueValidation>;
  readonly core: Serde<CoreProcessing>;
  readonly confirmation: Serde<PaymentConfirmation>;
}

/** The Avro serdes of the schemas in a directory, each with the id that `registry.json` fixes. */
export const paymentSerdes = (directory: string): PaymentSerdes => {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8'));
  const registry = read('registry.json') as Record<string, { readonly id: number; readonly schema: string }>;
  const avro = avroSerdes({ source: inMemorySchemaSource() });
  const serdeOf = <T>(topic: string): Serde<T> => {
    const entry = registry[topic];
    if (entry === undefined) throw new RangeError(`registry.json has no schema of ${topic}`);
    return avro<T>(read(entry.schema) as object, { id: entry.id, onlyId: true });
  };
  return {
    request: serdeOf('payment-requests'),
    fraud: serdeOf('fraud-analysis'),
    revenue: serdeOf('revenue-validation'),
    core: serdeOf('core-processing'),
    confirmation: serdeOf('payment-confirmations'),
  };
};
