import type { Headers } from '../common/headers.ts';
import type { RecordSlot } from '../common/record-context.ts';

/** Puts headers into the slot while `forward` runs, so that what lies downstream sees those of the forwarded record. */
export const withHeaders = ({ current }: RecordSlot, headers: Headers, forward: () => void): void => {
  const outer = current.headers;
  current.headers = headers;
  try {
    forward();
  } finally {
    current.headers = outer;
  }
};
