import type {
  ConfirmationEntry,
  CoreEntry,
  DeadLetterEntry,
  FraudEntry,
  LedgerEntry,
  RequestEntry,
  RevenueEntry,
} from './entries.ts';
import { Facts } from './facts.ts';
import type { TopicReader } from './topic-reader.ts';

const isValidRequest = (key: string | null, request: RequestEntry): boolean =>
  key === request.fromMsisdn && request.amount > 0n && request.fromMsisdn !== request.toMsisdn;

const readRequests = (reader: TopicReader, facts: Facts): void => {
  for (const { key, value, timestamp } of reader.read<RequestEntry>('payment-requests')) {
    const payment = facts.payment(value.transactionId);
    payment.requests++;
    payment.request ??= { ...value, time: timestamp, isValid: isValidRequest(key, value) };
  }
};

/** The first answer of each system: further ones must not count. */
const readAnswers = (reader: TopicReader, facts: Facts): void => {
  for (const { value } of reader.read<FraudEntry>('fraud-analysis')) {
    const payment = facts.payment(value.transactionId);
    payment.fraud ??= value.decision;
    payment.fraudSystem ??= value.fraudSystemId;
  }
  for (const { value } of reader.read<RevenueEntry>('revenue-validation')) {
    facts.payment(value.transactionId).revenue ??= value.decision;
  }
  for (const { value, timestamp } of reader.read<CoreEntry>('core-processing')) {
    const payment = facts.payment(value.transactionId);
    if (value.attempt !== 0 || payment.core !== null) continue;
    payment.core = value.coreStatus;
    payment.coreTime = timestamp;
  }
};

const readLedger = (reader: TopicReader, facts: Facts): void => {
  for (const { value } of reader.read<LedgerEntry>('core-ledger')) {
    facts.payment(value.transactionId).postings.push(value);
    const isMovement = value.posting === 'DEBITED' || value.posting === 'CREDITED';
    if (isMovement) facts.account(value.account).movements.push(value);
  }
};

/** Reads everything but the audit trail, which is compared with the facts afterwards. */
export const readFacts = (reader: TopicReader): Facts => {
  const facts = new Facts();
  readRequests(reader, facts);
  readAnswers(reader, facts);
  readLedger(reader, facts);
  for (const { value } of reader.read<ConfirmationEntry>('payment-confirmations')) {
    facts.payment(value.transactionId).confirmations.push(value);
  }
  for (const { value } of reader.read<DeadLetterEntry>('payment-dlq')) {
    if (value.transactionId !== null) facts.payment(value.transactionId).deadLetters.push(value.reason);
  }
  return facts;
};
