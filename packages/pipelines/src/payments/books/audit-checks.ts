import type { KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';
import type { Finding } from './check.ts';
import { Check } from './check.ts';
import type { AuditEntry } from './entries.ts';
import type { Facts, PaymentFacts } from './facts.ts';
import { isWithPeople, outcomeOf, postingsOf } from './facts.ts';
import type { TopicReader } from './topic-reader.ts';

const msisdnLike = /254\d{9}/;

/** The token that stands for an account, worked out once an account. */
class Tokens {
  readonly #key: KeyObject;
  readonly #known = new Map<string, string>();

  constructor(key: KeyObject) {
    this.#key = key;
  }

  of(account: string): string {
    let token = this.#known.get(account);
    if (token === undefined) {
      token = `hmac-sha256:${createHmac('sha256', this.#key).update(account).digest('base64url')}`;
      this.#known.set(account, token);
    }
    return token;
  }
}

/** Whether a line about an end or about money says what the confirmation or the journal has. */
const isTrue = (payment: PaymentFacts, line: AuditEntry, tokens: Tokens): boolean => {
  if (line.eventType === 'PAYMENT_CONFIRMED') {
    return payment.confirmations.some(
      ({ fromMsisdn, finalStatus, reasons }) =>
        line.msisdn === tokens.of(fromMsisdn) && line.detail === [finalStatus, ...reasons].join(' '),
    );
  }
  if (line.eventType === 'RESERVATION_RELEASED') return postingsOf(payment, 'RELEASED').length > 0;
  const kind = line.eventType === 'BALANCE_DEBITED' ? 'DEBITED' : 'CREDITED';
  if (line.eventType !== `BALANCE_${kind}`) return true;
  const [posting] = postingsOf(payment, kind);
  if (posting === undefined || line.msisdn !== tokens.of(posting.account)) return false;
  return line.previousBalance === posting.previousBalance && line.newBalance === posting.newBalance;
};

const expectedLines = (payment: PaymentFacts): readonly string[] => [
  ...(payment.confirmations.length > 0 ? ['PAYMENT_CONFIRMED'] : []),
  ...(outcomeOf(payment) === 'COMPLETED' ? ['BALANCE_DEBITED', 'BALANCE_CREDITED'] : []),
  ...(postingsOf(payment, 'RELEASED').length > 0 && !isWithPeople(payment) ? ['RESERVATION_RELEASED'] : []),
];

/** Reads the audit trail, and compares it with everything else. */
export const auditChecks = (reader: TopicReader, facts: Facts, key: KeyObject): Finding[] => {
  const unique = new Check('no event key of the audit trail comes twice');
  const secret = new Check('no MSISDN in the audit trail');
  const agrees = new Check('the audit trail agrees with confirmations and journal');
  const complete = new Check('the audit trail is complete');
  const tokens = new Tokens(key);
  const keys = new Set<string>();
  for (const { key: recordKey, value: line } of reader.read<AuditEntry>('audit-trail')) {
    unique.that(recordKey === line.eventKey && !keys.has(line.eventKey), line.transactionId);
    keys.add(line.eventKey);
    const text = `${line.eventKey} ${line.msisdn} ${line.detail}`;
    secret.that(!msisdnLike.test(text) && line.msisdn?.startsWith('hmac-sha256:') !== false, line.transactionId);
    const payment = facts.payment(line.transactionId);
    payment.audits.push(line.eventType);
    agrees.that(isTrue(payment, line, tokens), line.transactionId);
  }
  for (const payment of facts.payments.values()) {
    const isComplete = expectedLines(payment).every((type) => payment.audits.includes(type));
    complete.that(isComplete, payment.transactionId);
  }
  return [unique, secret, agrees, complete].map(({ finding }) => finding);
};
