/** One run: what is measured, and what proves afterwards that it was done. */
export interface Run {
  readonly work: () => void | Promise<void>;
  readonly result: () => number;
}

/** Something that is measured, over `records` records. */
export interface Contender {
  readonly name: string;
  /** Prepares a run; that is not measured. */
  readonly prepare: (records: number) => Run;
}

/** A question that a benchmark answers. All contenders of it must come to the same result. */
export interface Benchmark {
  readonly question: string;
  /** Records a run; in tests it is a handful. */
  readonly records: number;
  /** The most microseconds a record that are acceptable, for contenders that have a target. */
  readonly targets?: Readonly<Record<string, number>>;
  readonly contenders: readonly Contender[];
}
