import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';
import type { GivenSettings } from './gather-settings.ts';
import { environmentName } from './setting.ts';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Turns what was given into values, and notes every problem, so that all are told at once. */
export class SettingReader {
  readonly #given: GivenSettings;
  readonly #problems: string[];

  constructor(given: GivenSettings) {
    this.#given = given;
    this.#problems = [...given.problems];
  }

  /** Text that may be absent. */
  optional(name: string): string | null {
    return this.#given.values.get(name)?.text ?? null;
  }

  /** Text that must be there. */
  required(name: string, what: string): string {
    const text = this.optional(name);
    if (text === null || text === '') this.problem(`--${name}: it is missing; ${what}`);
    return text ?? '';
  }

  /** A text that must be there and is no flag. It is in no message. */
  requiredSecret(name: string, what: string): string {
    const text = this.optional(name);
    if (text === null || text === '') this.problem(`${environmentName(name)}: it is missing; ${what}`);
    return text ?? '';
  }

  /** Parts between commas. */
  list(name: string, byDefault: readonly string[] = []): readonly string[] {
    const text = this.optional(name);
    return text === null ? byDefault : text.split(',').map((part) => part.trim());
  }

  isOn(name: string): boolean {
    const given = this.#given.values.get(name);
    if (given === undefined || given.text === 'false') return false;
    if (given.text !== 'true') this.problem(`${given.where} ${given.text}: give true or false`);
    return true;
  }

  /** A whole number from `min` to `max`. */
  wholeNumber<T extends number | null>(name: string, byDefault: T, { min, max }: Bounds): number | T {
    const given = this.#given.values.get(name);
    if (given === undefined) return byDefault;
    const value = /^-?\d{1,15}$/u.test(given.text) ? Number(given.text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.problem(`${given.where} ${given.text}: give a whole number from ${min} to ${max}`);
    return byDefault;
  }

  /** A number from `min` to `max`, in decimal notation. */
  decimal(name: string, byDefault: number, { min, max }: Bounds): number {
    const given = this.#given.values.get(name);
    if (given === undefined) return byDefault;
    const value = /^\d{1,9}(?:\.\d{1,9})?$/u.test(given.text) ? Number(given.text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.problem(`${given.where} ${given.text}: give a number from ${min} to ${max}`);
    return byDefault;
  }

  /** One of some words. */
  oneOf<T extends string, D extends T | null>(name: string, choices: readonly T[], byDefault: D): T | D {
    const given = this.#given.values.get(name);
    if (given === undefined) return byDefault;
    const choice = choices.find((each) => each === given.text);
    if (choice !== undefined) return choice;
    this.problem(`${given.where} ${given.text}: give ${choices.join(', ')}`);
    return byDefault;
  }

  /** What is in the file that was named; `null` when none was. */
  fileText(name: string): string | null {
    const given = this.#given.values.get(name);
    if (given === undefined) return null;
    try {
      return readFileSync(given.text, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
      this.problem(`${given.where} ${given.text}: ${code}; give the path of a file`);
      return null;
    }
  }

  /** Where a setting was given, as its owner knows it; the flag when it was not. */
  where(name: string): string {
    return this.#given.values.get(name)?.where ?? `--${name}`;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /** @throws UsageError with all problems, if there are any */
  check(): void {
    if (this.#problems.length > 0) throw new UsageError(this.#problems);
  }
}
