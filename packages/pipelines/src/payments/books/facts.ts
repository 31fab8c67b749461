import type { ConfirmationEntry, LedgerEntry, RequestEntry } from './entries.ts';

/** Everything that the topics say of one payment. */
export interface PaymentFacts {
  readonly transactionId: string;
  /** The first request, with its event time and whether a gateway should have let it through. */
  request: (RequestEntry & { readonly time: number; readonly isValid: boolean }) | null;
  requests: number;
  /** The decisions of fraud and revenue, and core's answer to the request. */
  fraud: string | null;
  fraudSystem: string | null;
  revenue: string | null;
  core: string | null;
  /** The event time of core's answer to the request. */
  coreTime: number;
  readonly confirmations: ConfirmationEntry[];
  readonly postings: LedgerEntry[];
  readonly audits: string[];
  readonly deadLetters: string[];
}

/** Everything that the journal says of one account. */
export interface AccountFacts {
  readonly account: string;
  readonly movements: LedgerEntry[];
}

/** All payments and accounts that the topics name. */
export class Facts {
  readonly payments: Map<string, PaymentFacts> = new Map();
  readonly accounts: Map<string, AccountFacts> = new Map();

  payment(transactionId: string): PaymentFacts {
    let facts = this.payments.get(transactionId);
    if (facts === undefined) {
      facts = {
        transactionId,
        request: null,
        requests: 0,
        fraud: null,
        fraudSystem: null,
        revenue: null,
        core: null,
        coreTime: 0,
        confirmations: [],
        postings: [],
        audits: [],
        deadLetters: [],
      };
      this.payments.set(transactionId, facts);
    }
    return facts;
  }

  account(account: string): AccountFacts {
    let facts = this.accounts.get(account);
    if (facts === undefined) {
      facts = { account, movements: [] };
      this.accounts.set(account, facts);
    }
    return facts;
  }
}

/** The postings of a kind. */
export const postingsOf = ({ postings }: PaymentFacts, kind: LedgerEntry['posting']): readonly LedgerEntry[] =>
  postings.filter(({ posting }) => posting === kind);

/** Whether people look for what became of a reservation, because core never said. */
export const isWithPeople = ({ deadLetters }: PaymentFacts): boolean =>
  deadLetters.some((reason) => reason === 'IN_DOUBT' || reason === 'RELEASE_UNANSWERED');

/** How a payment ended; null where nobody said. */
export const outcomeOf = ({ confirmations }: PaymentFacts): string | null => confirmations[0]?.finalStatus ?? null;
