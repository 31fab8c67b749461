import type { Serde } from '@millrace/stream-core';
import { serdes } from '@millrace/stream-core';
import type { AvroSerdeFactory } from '@millrace/stream-core/avro';
import type { SchemaName } from './generated/avro-schemas.ts';
import { avroSchemas } from './generated/avro-schemas.ts';
import type {
  AuditEvent,
  CoreAccount,
  CoreCommand,
  CoreCredit,
  CoreLedgerEntry,
  CoreOperation,
  CoreProcessing,
  CoreReservation,
  FraudAnalysis,
  FraudAssessment,
  FraudBreaker,
  FraudBreakerEvent,
  FraudCase,
  FraudProfile,
  PaymentConfirmation,
  PaymentDeadLetter,
  PaymentRequest,
  PaymentState,
  PendingFraudCase,
  RevenueAccount,
  RevenueOperation,
  RevenuePayment,
  RevenueValidation,
  SubmittedRequest,
} from './generated/avro-types.ts';

/** The serdes of the pipeline: keys are text, values are Avro. Decoded values are never changed. */
export interface PaymentsSerdes {
  readonly key: Serde<string>;
  readonly request: Serde<PaymentRequest>;
  readonly submitted: Serde<SubmittedRequest>;
  readonly fraud: Serde<FraudAnalysis>;
  readonly revenue: Serde<RevenueValidation>;
  readonly core: Serde<CoreProcessing>;
  readonly command: Serde<CoreCommand>;
  readonly confirmation: Serde<PaymentConfirmation>;
  readonly audit: Serde<AuditEvent>;
  readonly deadLetter: Serde<PaymentDeadLetter>;
  readonly payment: Serde<PaymentState>;
  readonly fraudProfile: Serde<FraudProfile>;
  readonly fraudAssessment: Serde<FraudAssessment>;
  readonly fraudCase: Serde<FraudCase>;
  readonly pendingFraudCase: Serde<PendingFraudCase>;
  readonly fraudBreaker: Serde<FraudBreaker>;
  readonly fraudBreakerEvent: Serde<FraudBreakerEvent>;
  readonly revenueOperation: Serde<RevenueOperation>;
  readonly revenueAccount: Serde<RevenueAccount>;
  readonly revenuePayment: Serde<RevenuePayment>;
  readonly coreOperation: Serde<CoreOperation>;
  readonly coreAccount: Serde<CoreAccount>;
  readonly coreReservation: Serde<CoreReservation>;
  readonly coreCredit: Serde<CoreCredit>;
  readonly coreLedgerEntry: Serde<CoreLedgerEntry>;
}

/** Makes the serdes over one schema source. */
export const paymentsSerdes = (avro: AvroSerdeFactory): PaymentsSerdes => {
  const of = <T>(name: SchemaName): Serde<T> => avro<T>(avroSchemas[name], { immutable: true });
  return {
    key: serdes.string(),
    request: of('PaymentRequest'),
    submitted: of('SubmittedRequest'),
    fraud: of('FraudAnalysis'),
    revenue: of('RevenueValidation'),
    core: of('CoreProcessing'),
    command: of('CoreCommand'),
    confirmation: of('PaymentConfirmation'),
    audit: of('AuditEvent'),
    deadLetter: of('PaymentDeadLetter'),
    payment: of('PaymentState'),
    fraudProfile: of('FraudProfile'),
    fraudAssessment: of('FraudAssessment'),
    fraudCase: of('FraudCase'),
    pendingFraudCase: of('PendingFraudCase'),
    fraudBreaker: of('FraudBreaker'),
    fraudBreakerEvent: of('FraudBreakerEvent'),
    revenueOperation: of('RevenueOperation'),
    revenueAccount: of('RevenueAccount'),
    revenuePayment: of('RevenuePayment'),
    coreOperation: of('CoreOperation'),
    coreAccount: of('CoreAccount'),
    coreReservation: of('CoreReservation'),
    coreCredit: of('CoreCredit'),
    coreLedgerEntry: of('CoreLedgerEntry'),
  };
};
