import { UsageError } from './usage-error.ts';

/** Reads the values of options, and notes every problem, so that all are told at once. */
export class OptionReader {
  readonly #problems: string[] = [];

  /** A whole number from `min` to `max`. */
  wholeNumber(name: string, text: string, { min, max }: { readonly min: number; readonly max: number }): number {
    const value = /^\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.#problems.push(`--${name} ${text}: give a whole number from ${min} to ${max}`);
    return min;
  }

  /** One of some words. */
  oneOf<T extends string>(name: string, text: string, choices: readonly [T, ...T[]]): T {
    const choice = choices.find((each) => each === text);
    if (choice !== undefined) return choice;
    this.#problems.push(`--${name} ${text}: give ${choices.join(' or ')}`);
    return choices[0];
  }

  /** Notes a problem unless something holds. */
  require(holds: boolean, problem: string): void {
    if (!holds) this.#problems.push(problem);
  }

  /** @throws UsageError with all problems, if there are any */
  check(): void {
    if (this.#problems.length > 0) throw new UsageError(this.#problems);
  }
}
