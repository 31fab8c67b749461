import type { CoreCommandType, FinalStatus } from '../generated/avro-enums.ts';
import type {
  CoreProcessing,
  FraudAnalysis,
  PaymentState,
  RevenueValidation,
  SubmittedRequest,
} from '../generated/avro-types.ts';

/** What the correlation can be told of a payment. */
export type PaymentNews =
  | { readonly kind: 'request'; readonly submitted: SubmittedRequest }
  | { readonly kind: 'fraud'; readonly answer: FraudAnalysis }
  | { readonly kind: 'revenue'; readonly answer: RevenueValidation }
  | { readonly kind: 'core'; readonly answer: CoreProcessing };

/** Something that happens to a payment, at its event time. `due`: time has come to there. */
export type PaymentEvent = (PaymentNews | { readonly kind: 'due' }) & { readonly at: number };

/** What can be found in the audit trail. */
export type AuditType =
  | 'PAYMENT_CONFIRMED'
  | 'BALANCE_DEBITED'
  | 'BALANCE_CREDITED'
  | 'RESERVATION_LATE'
  | 'RESERVATION_RELEASED'
  | 'IN_DOUBT_RESOLVED';

/** Why a payment is in the dead-letter topic. */
export type DeadLetterReason =
  | 'TIMEOUT'
  | 'IN_DOUBT'
  | 'RELEASE_UNANSWERED'
  | 'REQUEST_NEVER_CAME'
  | 'UNEXPECTED_REPLY'
  | 'TRANSACTION_ID_REUSED';

interface Caused {
  /** The payment at that moment, with everything that had arrived. */
  readonly payment: PaymentState;
  readonly at: number;
}

/** How a payment ended. */
export interface Confirm extends Caused {
  readonly kind: 'confirm';
  readonly finalStatus: FinalStatus;
  readonly reasons: readonly string[];
  /** What core executed; null when it did not. */
  readonly executed: CoreProcessing | null;
}

/** What core is told to do. */
export interface Command extends Caused {
  readonly kind: 'command';
  readonly command: CoreCommandType;
  readonly attempt: number;
}

/** A line of the audit trail about a reply of core. */
export interface Audit extends Caused {
  readonly kind: 'audit';
  readonly type: AuditType;
  readonly reply: CoreProcessing;
}

/** What people have to look at. */
export interface DeadLetter extends Caused {
  readonly kind: 'deadLetter';
  readonly reason: DeadLetterReason;
  /** The answer of core that nobody expected; null where that of the payment is meant. */
  readonly reply: CoreProcessing | null;
}

/** What is to be done because of an event. */
export type Effect = Confirm | Command | Audit | DeadLetter;

/** A payment after an event, and what the event caused. */
export interface Step {
  readonly payment: PaymentState;
  readonly effects: readonly Effect[];
}

/** The times of the correlation, in ms of event time. */
export interface Timing {
  /** How long after its request an answer may come. */
  readonly answerTimeoutMs: number;
  /** How long core has to answer a command. */
  readonly commandTimeoutMs: number;
  /** After so many unanswered commands people have to look. */
  readonly commandAttemptsMax: number;
  /** How long a transactionId stands for the same payment. */
  readonly identityMs: number;
}
