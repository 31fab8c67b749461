/** What a check of the books found. */
export interface Finding {
  readonly check: string;
  /** How many things were looked at. */
  readonly examined: number;
  /** How many of them are wrong. */
  readonly wrong: number;
  /** The transactionIds of some that are wrong. */
  readonly examples: readonly string[];
}

const examplesMax = 10;

/** Counts what a check looks at and what it finds wrong. */
export class Check {
  readonly #name: string;
  readonly #examples: string[] = [];
  #examined = 0;
  #wrong = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Notes one thing; `transactionId` is shown if it is wrong. */
  that(isRight: boolean, transactionId: string): void {
    this.#examined++;
    if (isRight) return;
    this.#wrong++;
    if (this.#examples.length < examplesMax) this.#examples.push(transactionId);
  }

  get finding(): Finding {
    return { check: this.#name, examined: this.#examined, wrong: this.#wrong, examples: this.#examples };
  }
}
