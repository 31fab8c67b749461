import type { PaymentRequest } from './generated/avro-types.ts';

/** A rule that every request has to keep, by the name that a rejection gives. */
type RequestRule = (request: PaymentRequest, key: string | null) => boolean;

const msisdn = /^254\d{9}$/;

// Ten billion shillings in cents: more than anybody has, and little enough that no sum of such amounts, and no square of
// one, outgrows the decimals that the systems keep them in.
const amountMax = 1_000_000_000_000n;

const rules: Readonly<Record<string, RequestRule>> = {
  TRANSACTION_ID_MISSING: ({ transactionId }) => transactionId !== '',
  KEY_MISSING: (_request, key) => key !== null,
  KEY_IS_NOT_THE_PAYER: ({ fromMsisdn }, key) => key === null || key === fromMsisdn,
  PAYER_INVALID: ({ fromMsisdn }) => msisdn.test(fromMsisdn),
  PAYEE_INVALID: ({ toMsisdn }) => msisdn.test(toMsisdn),
  PAYEE_IS_PAYER: ({ fromMsisdn, toMsisdn }) => fromMsisdn !== toMsisdn,
  AMOUNT_NOT_POSITIVE: ({ amount }) => amount > 0n,
  AMOUNT_TOO_LARGE: ({ amount }) => amount <= amountMax,
  CURRENCY_NOT_KES: ({ currency }) => currency === 'KES',
  TYPE_NOT_P2P_TRANSFER: ({ transactionType }) => transactionType === 'P2P_TRANSFER',
};

/** The names of the rules that a request breaks. Such a request is rejected, and no other system looks at it. */
export const brokenRules = (key: string | null, request: PaymentRequest): readonly string[] =>
  Object.entries(rules).flatMap(([name, keeps]) => (keeps(request, key) ? [] : [name]));

/** Whether a request keeps all rules: what every validation system asks before it looks at one. */
export const keepsRules = (key: string | null, request: PaymentRequest): boolean =>
  brokenRules(key, request).length === 0;
