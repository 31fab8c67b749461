// Generated from /schemas/payments by avro.test.ts; change the schemas and run `vitest -u` on it.

/** CLOSED asks, OPEN does not, HALF_OPEN waits for one probe. */
export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** What core is told to do with a reservation. */
export type CoreCommandType = 'EXECUTE' | 'RELEASE';

/** What an account of core is asked to do. */
export type CoreOperationType = 'RESERVE' | 'EXECUTE' | 'RELEASE' | 'CREDIT';

/** What core is known to have done in the end. */
export type CoreOutcome = 'EXECUTED' | 'RELEASED' | 'REFUSED';

/** What core has done about a payment. */
export type CoreStatus = 'RESERVED' | 'FAILED' | 'COMPLETED' | 'RELEASED' | 'ALREADY_EXECUTED';

/** What a validation system says of a payment. */
export type Decision = 'APPROVED' | 'DECLINED';

/** How a payment ended: REJECTED by a system that said no, DECLINED because one said nothing in time, FAILED in execution, IN_DOUBT when core never said what it did. */
export type FinalStatus = 'COMPLETED' | 'REJECTED' | 'DECLINED' | 'FAILED' | 'IN_DOUBT';

/** Where the correlation of a payment stands. */
export type PaymentPhase = 'WAITING' | 'EXECUTING' | 'AWAITING_CORE' | 'RELEASING' | 'CLOSED';

/** RESERVED and RELEASED lock and unlock; DEBITED and CREDITED move money. */
export type PostingType = 'RESERVED' | 'RELEASED' | 'DEBITED' | 'CREDITED';

/** CANCELLED: released before it was ever asked for. */
export type ReservationStatus = 'RESERVED' | 'EXECUTED' | 'RELEASED' | 'REFUSED' | 'CANCELLED';

/** What an account of revenue is asked to do. */
export type RevenueOperationType = 'VALIDATE' | 'SETTLE' | 'CREDIT';
