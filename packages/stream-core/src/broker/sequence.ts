const maxSequence = 0x7fff_ffff;

/** The sequence number `count` records behind `sequence`; it wraps at 2^31. */
export const advanceSequence = (sequence: number, count: number): number =>
  sequence > maxSequence - count ? count - (maxSequence - sequence) - 1 : sequence + count;
