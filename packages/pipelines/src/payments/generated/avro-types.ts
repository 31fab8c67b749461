// Generated from /schemas/payments by avro.test.ts; change the schemas and run `vitest -u` on it.
// Money is the bigint of its cents, times are epoch ms.

import type {
  BreakerState,
  CoreCommandType,
  CoreOperationType,
  CoreOutcome,
  CoreStatus,
  Decision,
  FinalStatus,
  PaymentPhase,
  PostingType,
  ReservationStatus,
  RevenueOperationType,
} from './avro-enums.ts';

/** One thing that happened to a payment or an account. Key: eventKey, unique, so that compaction keeps all of the trail. */
export interface AuditEvent {
  readonly eventKey: string;
  readonly transactionId: string;
  readonly eventType: string;
  /** A keyed HMAC of the MSISDN, never the MSISDN. */
  readonly msisdn: string | null;
  readonly previousBalance: bigint | null;
  readonly newBalance: bigint | null;
  readonly detail: string | null;
  readonly timestamp: number;
}

/** An account of core. Key: MSISDN. */
export interface CoreAccount {
  readonly balance: bigint;
  /** Reserved. */
  readonly locked: bigint;
  /** Counts debits and credits. */
  readonly sequence: number;
}

/** The orchestrator tells core what to do. Key: transactionId. */
export interface CoreCommand {
  readonly transactionId: string;
  readonly command: CoreCommandType;
  /** Counts the commands for one payment from 1. */
  readonly attempt: number;
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly issuedAt: number;
}

/** A credit that was made, on the payee's side. Key: payee and transactionId. */
export interface CoreCredit {
  readonly previousBalance: bigint;
  readonly newBalance: bigint;
}

/** The journal of core: every change of every account. Key: the account. */
export interface CoreLedgerEntry {
  readonly transactionId: string;
  readonly account: string;
  readonly posting: PostingType;
  readonly amount: bigint;
  /** Part of the amount of a debit. */
  readonly fee: bigint;
  readonly previousBalance: bigint;
  readonly newBalance: bigint;
  /** Of the account. */
  readonly sequence: number;
  readonly timestamp: number;
}

/** Something for one account of core. Key: the account. */
export interface CoreOperation {
  readonly type: CoreOperationType;
  readonly transactionId: string;
  readonly attempt: number;
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: bigint;
  readonly fee: bigint;
  /** What a CREDIT answers when it is done. */
  readonly replyAs: CoreStatus | null;
  readonly reservationId: string | null;
  readonly debitPreviousBalance: bigint | null;
  readonly debitNewBalance: bigint | null;
}

/** What core answers: to a request (attempt 0), or to a command. Key: transactionId. */
export interface CoreProcessing {
  readonly transactionId: string;
  readonly coreStatus: CoreStatus;
  /** The command that is answered; 0 for the validation. */
  readonly attempt: number;
  /** Why it FAILED. */
  readonly reason: string | null;
  readonly reservationId: string | null;
  readonly coreTransactionId: string | null;
  /** Milliseconds of event time. */
  readonly processingTime: number;
  readonly debitAccount: string | null;
  readonly creditAccount: string | null;
  readonly debitedAmount: bigint | null;
  readonly creditedAmount: bigint | null;
  readonly transactionFee: bigint | null;
  readonly completionTime: number | null;
  readonly debitPreviousBalance: bigint | null;
  readonly debitNewBalance: bigint | null;
  readonly creditPreviousBalance: bigint | null;
  readonly creditNewBalance: bigint | null;
}

/** A reservation of core, on the payer's side. Key: payer and transactionId. */
export interface CoreReservation {
  readonly status: ReservationStatus;
  readonly reservationId: string | null;
  readonly reason: string | null;
  readonly toMsisdn: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly debitPreviousBalance: bigint | null;
  readonly debitNewBalance: bigint | null;
}

/** The answer of the fraud management system. Key: transactionId. */
export interface FraudAnalysis {
  readonly transactionId: string;
  /** 0 (no risk) to 1. */
  readonly fraudScore: number;
  readonly decision: Decision;
  readonly riskFactors: readonly string[];
  /** Milliseconds of event time. */
  readonly processingTime: number;
  /** Which rules answered: FMS-BUILTIN, FMS-001, or FMS-BACKUP for the conservative ones. */
  readonly fraudSystemId: string;
}

/** What the builtin rules find. Key: payer and transactionId. */
export interface FraudAssessment {
  /** In hundredths. */
  readonly score: number;
  readonly riskFactors: readonly string[];
}

/** The circuit breaker of a task. */
export interface FraudBreaker {
  readonly state: BreakerState;
  /** Consecutive requests without an answer. */
  readonly unanswered: number;
  readonly openedAt: number;
}

/** A change of a circuit breaker. Key: the task. */
export interface FraudBreakerEvent {
  readonly task: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
  readonly at: number;
}

/** A request with what the builtin rules found. Key: transactionId. */
export interface FraudCase {
  readonly request: PaymentRequest;
  readonly assessment: FraudAssessment;
}

/** What builtin fraud rules remember of a payer. Amounts in cents. Key: fromMsisdn. */
export interface FraudProfile {
  /** The last ones, latest first. */
  readonly devices: readonly string[];
  readonly count: number;
  readonly sum: bigint;
  readonly squares: bigint;
}

/** How a payment ended; one for each request. Key: transactionId. */
export interface PaymentConfirmation {
  readonly transactionId: string;
  readonly finalStatus: FinalStatus;
  /** Empty when COMPLETED. */
  readonly reasons: readonly string[];
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: bigint;
  readonly fee: bigint;
  /** Of the payer, when COMPLETED. */
  readonly newBalance: bigint | null;
  readonly completionTime: number;
  readonly confirmationRequired: boolean;
  readonly smsText: string;
}

/** A payment that people have to look at, with what had arrived. Key: transactionId, or null where there is none. */
export interface PaymentDeadLetter {
  readonly transactionId: string | null;
  readonly reason: string;
  /** Topic, partition and offset of a record that belongs to no payment. */
  readonly source: string | null;
  readonly timestamp: number;
  /** Commands that were sent. */
  readonly attempt: number;
  readonly request: PaymentRequest | null;
  readonly fraud: FraudAnalysis | null;
  readonly revenue: RevenueValidation | null;
  readonly core: CoreProcessing | null;
}

/** A customer asks for a payment. Key: fromMsisdn. */
export interface PaymentRequest {
  readonly transactionId: string;
  readonly timestamp: number;
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly transactionType: string;
  readonly initiationChannel: string;
  readonly deviceId: string;
  readonly location: string;
}

/** State of the correlation: what has arrived of a payment and where it stands. Key: transactionId. */
export interface PaymentState {
  readonly transactionId: string;
  readonly phase: PaymentPhase;
  /** The event time of the first thing that arrived. */
  readonly openedAt: number;
  readonly requestedAt: number | null;
  readonly request: PaymentRequest | null;
  readonly fraud: TimedFraudAnalysis | null;
  readonly revenue: TimedRevenueValidation | null;
  readonly core: TimedCoreProcessing | null;
  readonly deadlineAt: number | null;
  /** Of the command in hand. */
  readonly attempt: number;
  readonly finalStatus: FinalStatus | null;
  /** Core said RESERVED at least once. */
  readonly isReservationKnown: boolean;
  readonly coreOutcome: CoreOutcome | null;
}

/** A case that the external fraud system was asked about. Key: transactionId. */
export interface PendingFraudCase {
  readonly fraudCase: FraudCase;
  readonly askedAt: number;
  readonly isProbe: boolean;
}

/** Balance and daily use of an account. Key: MSISDN. */
export interface RevenueAccount {
  readonly balance: bigint;
  /** Approved and not settled. */
  readonly held: bigint;
  /** Days since 1970 in Nairobi. */
  readonly day: number;
  /** On that day. */
  readonly dailyUsed: bigint;
  /** On the day before, for what comes out of order at midnight. */
  readonly previousUsed: bigint;
}

/** Something for one account of revenue. Key: the account. */
export interface RevenueOperation {
  readonly type: RevenueOperationType;
  readonly transactionId: string;
  readonly amount: bigint;
  /** Of a SETTLE. */
  readonly outcome: FinalStatus | null;
}

/** What revenue answered, until it is settled. Key: payer and transactionId. */
export interface RevenuePayment {
  readonly answer: RevenueValidation | null;
  /** Held for it; 0 when nothing is. */
  readonly total: bigint;
  readonly amount: bigint;
  readonly day: number;
}

/** The answer of the revenue management system. Key: transactionId. */
export interface RevenueValidation {
  readonly transactionId: string;
  /** What the payer can spend before this payment. */
  readonly accountBalance: bigint;
  readonly dailyLimit: bigint;
  /** Without this payment. */
  readonly dailyUsed: bigint;
  readonly decision: Decision;
  /** Every rule that says no. */
  readonly reasons: readonly string[];
  readonly calculatedFee: bigint;
  /** What the payer could spend after this payment; below zero when that is too little. */
  readonly remainingBalance: bigint;
}

/** A request on its way to its correlation, with the rules that it breaks. Key: transactionId. */
export interface SubmittedRequest {
  readonly problems: readonly string[];
  readonly request: PaymentRequest;
}

/** An answer with its event time. */
export interface TimedCoreProcessing {
  readonly at: number;
  readonly answer: CoreProcessing;
}

/** An answer with its event time. */
export interface TimedFraudAnalysis {
  readonly at: number;
  readonly answer: FraudAnalysis;
}

/** An answer with its event time. */
export interface TimedRevenueValidation {
  readonly at: number;
  readonly answer: RevenueValidation;
}
