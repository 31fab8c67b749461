import type { AutoOffsetReset } from '../common/auto-offset-reset.ts';
import { isOffsetReset } from '../common/auto-offset-reset.ts';
import type { Duration } from '../common/duration.ts';
import { toMs } from '../common/duration.ts';
import type { Problem } from '../errors/streams-error.ts';
import { ConfigError } from '../errors/streams-error.ts';

/** Reads values one by one and remembers what is wrong, so that all of it can be said at once. */
export class ConfigReader {
  readonly problems: Problem[] = [];

  problem(where: string, problem: string, remedy: string): void {
    this.problems.push({ where, problem, remedy });
  }

  durationMs(
    where: string,
    value: Duration | undefined,
    options: { readonly byDefault: number; readonly min?: number },
  ): number {
    const { byDefault, min = 0 } = options;
    if (value === undefined) return byDefault;
    try {
      const ms = toMs(value, where);
      if (ms >= min) return ms;
      this.problem(where, `${value} is too short`, `use at least ${min} ms`);
    } catch {
      this.problem(where, `${String(value)} is not a duration`, "write milliseconds or '250ms', '5s', '2m'");
    }
    return byDefault;
  }

  integer(
    where: string,
    value: number | undefined,
    options: { readonly byDefault: number; readonly min: number },
  ): number {
    const { byDefault, min } = options;
    if (value === undefined) return byDefault;
    if (Number.isSafeInteger(value) && value >= min) return value;
    this.problem(
      where,
      `${String(value)} is not a whole number from ${min} on`,
      `use one, or leave it out for ${byDefault}`,
    );
    return byDefault;
  }

  /** A place on the network; null when it is left out. */
  hostAndPort(where: string, value: string | undefined): string | null {
    if (value === undefined) return null;
    const port = /^\S+:(\d{1,5})$/.exec(value)?.[1];
    if (port === undefined || Number(port) > 65_535) this.problem(where, `${value} is not host:port`, 'write both');
    return value;
  }

  oneOf<T extends string>(
    where: string,
    value: T | undefined,
    options: { readonly byDefault: T; readonly allowed: readonly T[] },
  ): T {
    const { byDefault, allowed } = options;
    if (value === undefined || allowed.includes(value)) return value ?? byDefault;
    this.problem(where, `${String(value)} is not known`, `use one of ${allowed.join(', ')}`);
    return byDefault;
  }

  offsetReset(where: string, value: AutoOffsetReset | undefined): AutoOffsetReset {
    if (value === undefined || isOffsetReset(value)) return value ?? 'earliest';
    this.problem(
      where,
      `${String(value)} is not known`,
      "use 'earliest', 'latest', 'none' or such as 'by_duration:1h'",
    );
    return 'earliest';
  }

  applicationId(value: unknown): string {
    if (typeof value === 'string' && /^[a-zA-Z0-9._-]{1,200}$/.test(value)) return value;
    this.problem(
      'applicationId',
      `${String(value)} cannot be part of topic names`,
      "use 1 to 200 of ASCII letters, digits, '.', '_', '-'",
    );
    return '';
  }

  /** @throws ConfigError when anything was wrong */
  check(): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems);
  }
}
