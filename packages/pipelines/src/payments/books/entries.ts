// What the books take from each topic, written down here once more: the books share nothing with the pipeline.

export interface RequestEntry {
  readonly transactionId: string;
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: bigint;
}

export interface FraudEntry {
  readonly transactionId: string;
  readonly decision: string;
  readonly fraudSystemId: string;
}

export interface RevenueEntry {
  readonly transactionId: string;
  readonly decision: string;
}

export interface CoreEntry {
  readonly transactionId: string;
  readonly coreStatus: string;
  readonly attempt: number;
}

export interface LedgerEntry {
  readonly transactionId: string;
  readonly account: string;
  readonly posting: 'RESERVED' | 'RELEASED' | 'DEBITED' | 'CREDITED';
  readonly amount: bigint;
  readonly fee: bigint;
  readonly previousBalance: bigint;
  readonly newBalance: bigint;
  readonly sequence: number;
}

export interface ConfirmationEntry {
  readonly transactionId: string;
  readonly finalStatus: string;
  readonly reasons: readonly string[];
  readonly fromMsisdn: string;
  readonly toMsisdn: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly newBalance: bigint | null;
  readonly completionTime: number;
  readonly smsText: string;
}

export interface AuditEntry {
  readonly eventKey: string;
  readonly transactionId: string;
  readonly eventType: string;
  readonly msisdn: string | null;
  readonly previousBalance: bigint | null;
  readonly newBalance: bigint | null;
  readonly detail: string | null;
}

export interface DeadLetterEntry {
  readonly transactionId: string | null;
  readonly reason: string;
}

export interface BreakerEntry {
  readonly from: string;
  readonly to: string;
}

export interface AccountEntry {
  readonly balance: bigint;
  readonly locked: bigint;
}
