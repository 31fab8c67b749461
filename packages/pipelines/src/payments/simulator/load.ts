import type { Chance } from '@millrace/stream-core';
import { seededChance } from '@millrace/stream-core';
import type { PaymentRequest } from '../generated/avro-types.ts';

/** What is wrong with a record that no gateway should have let through. */
export type BadRecord = 'garbled' | 'unknownSchema' | 'negativeAmount' | 'nullKey';

/** A record for payment-requests. */
export interface LoadRecord {
  readonly key: string | null;
  readonly request: PaymentRequest;
  /** Event time. */
  readonly timestamp: number;
  /** False for the same request again. */
  readonly isFirst: boolean;
  readonly bad: BadRecord | null;
}

/** What the gateway sends. */
export interface LoadOptions {
  readonly seed: number;
  /** Payments, without duplicates and bad records. */
  readonly payments: number;
  readonly accounts: number;
  /** Event time of the first payment. */
  readonly startAt: number;
  /** Payments in a second of event time. */
  readonly ratePerSecond: number;
  /** One bad record of each kind in so many payments; 0: none. */
  readonly badRecordsEvery: number;
}

// Shares in ten thousand.
const duplicates = 100;
const outOfOrder = 200;
const fromHotAccounts = 200;
const changedDevices = 100;
const withCents = 2_000;

const duplicateAfterMaxMs = 3_000;
const lateByMaxMs = 800;

const channels = ['USSD', 'APP', 'STK'] as const;
const locations = ['NAIROBI', 'MOMBASA', 'KISUMU', 'NAKURU', 'ELDORET'] as const;
const badKinds: readonly BadRecord[] = ['garbled', 'unknownSchema', 'negativeAmount', 'nullKey'];

// Most payments are small: up to so many of ten thousand are between these amounts, in shillings.
const amountBands = [
  { upTo: 6_000, from: 50, to: 1_000 },
  { upTo: 9_000, from: 1_000, to: 5_000 },
  { upTo: 9_850, from: 5_000, to: 20_000 },
  { upTo: 10_000, from: 20_000, to: 70_000 },
] as const;

/** The MSISDN of an account; neighbours lie far apart, so that their last digits differ. */
export const msisdnOf = (account: number): string => String(254_700_000_000 + ((account * 7_919) % 100_000_000));

const wholeNumber = (chance: Chance, below: number): number => Math.floor(chance() * below);

const pick = <T>(chance: Chance, from: readonly [T, ...T[]]): T => from[wholeNumber(chance, from.length)] ?? from[0];

/** Whether something happens that does in so many of ten thousand cases. */
const happens = (chance: Chance, share: number): boolean => chance() * 10_000 < share;

const amountOf = (chance: Chance): bigint => {
  const roll = chance() * 10_000;
  const band = amountBands.find(({ upTo }) => roll < upTo) ?? amountBands[0];
  const shillings = band.from + wholeNumber(chance, band.to - band.from);
  const cents = happens(chance, withCents) ? wholeNumber(chance, 100) : 0;
  return BigInt(shillings * 100 + cents);
};

const payerOf = (chance: Chance, accounts: number): number => {
  const hot = Math.max(1, Math.floor(accounts / 500));
  return wholeNumber(chance, happens(chance, fromHotAccounts) ? hot : accounts);
};

const idOf = (index: number, startAt: number, kind: string): string => {
  const day = new Date(startAt).toISOString().slice(0, 10).replaceAll('-', '');
  return `TXN-${day}-${kind}${String(index + 1).padStart(6, '0')}`;
};

/** Payments with everything that a gateway does to them: some come twice, some late, some are no requests at all. */
class Load {
  readonly #options: LoadOptions;
  readonly #chance: Chance;
  /** What comes later than its turn, by the position at which it comes. */
  readonly #later = new Map<number, LoadRecord[]>();

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#chance = seededChance(options.seed);
  }

  *records(): Generator<LoadRecord, void, undefined> {
    const { payments, badRecordsEvery } = this.#options;
    for (let position = 0; position < payments || this.#later.size > 0; position++) {
      if (position < payments) yield* this.#turn(position);
      if (badRecordsEvery > 0 && position % badRecordsEvery === badRecordsEvery - 1 && position < payments) {
        yield* this.#badRecords(position);
      }
      const due = this.#later.get(position) ?? [];
      this.#later.delete(position);
      yield* due;
    }
  }

  *#turn(position: number): Generator<LoadRecord, void, undefined> {
    const chance = this.#chance;
    const record = this.#record(position, '');
    if (happens(chance, outOfOrder)) {
      this.#comeLater(position + this.#positionsIn(lateByMaxMs), record);
      return;
    }
    yield record;
    if (!happens(chance, duplicates)) return;
    const after = position + this.#positionsIn(duplicateAfterMaxMs);
    this.#comeLater(after, { ...record, timestamp: this.#timeOf(after), isFirst: false });
  }

  *#badRecords(position: number): Generator<LoadRecord, void, undefined> {
    for (const bad of badKinds) {
      const record = this.#record(position, `${bad}-`);
      const amount = bad === 'negativeAmount' ? -1n : record.request.amount;
      yield { ...record, bad, key: bad === 'nullKey' ? null : record.key, request: { ...record.request, amount } };
    }
  }

  #record(position: number, kind: string): LoadRecord {
    const chance = this.#chance;
    const { accounts, startAt } = this.#options;
    const payer = payerOf(chance, accounts);
    const payee = (payer + 1 + wholeNumber(chance, accounts - 1)) % accounts;
    const timestamp = this.#timeOf(position);
    const fromMsisdn = msisdnOf(payer);
    const request: PaymentRequest = {
      transactionId: idOf(position, startAt, kind),
      timestamp,
      fromMsisdn,
      toMsisdn: msisdnOf(payee),
      amount: amountOf(chance),
      currency: 'KES',
      transactionType: 'P2P_TRANSFER',
      initiationChannel: pick(chance, channels),
      deviceId: `IMEI-${payer}${happens(chance, changedDevices) ? '-B' : ''}`,
      location: pick(chance, locations),
    };
    return { key: fromMsisdn, request, timestamp, isFirst: true, bad: null };
  }

  #timeOf(position: number): number {
    return this.#options.startAt + Math.floor((position * 1_000) / this.#options.ratePerSecond);
  }

  /** A number of positions, at least one, that takes up to so long. */
  #positionsIn(maxMs: number): number {
    return 1 + wholeNumber(this.#chance, Math.ceil((maxMs * this.#options.ratePerSecond) / 1_000));
  }

  #comeLater(position: number, record: LoadRecord): void {
    const others = this.#later.get(position);
    if (others === undefined) this.#later.set(position, [record]);
    else others.push(record);
  }
}

/** The records of a run, in the order in which they are sent: the same for the same options. */
export const generateLoad = (options: LoadOptions): Generator<LoadRecord, void, undefined> =>
  new Load(options).records();
