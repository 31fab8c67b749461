import { shillings } from '../shared/money.ts';

interface Band {
  /** The largest amount of the band. */
  readonly upTo: bigint;
  readonly fee: bigint;
}

const bands: readonly Band[] = [
  { upTo: shillings(100), fee: 0n },
  { upTo: shillings(500), fee: shillings(5) },
  { upTo: shillings(1_000), fee: shillings(7) },
  { upTo: shillings(2_500), fee: shillings(10) },
  { upTo: shillings(5_000), fee: shillings(15) },
  { upTo: shillings(10_000), fee: shillings(25) },
  { upTo: shillings(20_000), fee: shillings(45) },
  { upTo: shillings(35_000), fee: shillings(65) },
];

const feeAbove = shillings(105);

/** What it costs the payer to send an amount. */
export const feeFor = (amount: bigint): bigint => bands.find(({ upTo }) => amount <= upTo)?.fee ?? feeAbove;
