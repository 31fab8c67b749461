import type { ErrorCode, ErrorScope } from './codes.ts';
import { errorCodes } from './codes.ts';

/** Where an error happened, as far as that is known. Keys and values of records are never part of it. */
export interface ErrorContext {
  readonly taskId?: string;
  /** The processor node, by its name in the topology. */
  readonly node?: string;
  readonly store?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** What of a record could not be serialised. */
  readonly part?: 'key' | 'value';
}

/** Every error of this library that a caller can meet. `code` is stable, the message is for people. */
export class StreamsError extends Error {
  override readonly name: string = 'StreamsError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, options: { context?: ErrorContext; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }

  /** True when the same call may succeed later by itself. */
  get retriable(): boolean {
    return errorCodes[this.code].retriable;
  }

  /** Who has to deal with it. */
  get scope(): ErrorScope {
    return errorCodes[this.code].scope;
  }
}

/** One thing that is wrong with a topology or a configuration, with what to do about it. */
export interface Problem {
  /** The node, store, topic or configuration key. */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

const listed = (heading: string, problems: readonly Problem[]): string =>
  [heading, ...problems.map(({ where, problem, remedy }) => `  ${where}: ${problem}; ${remedy}`)].join('\n');

/** A topology that cannot be built or run. `problems` has every place, not the first. */
export class TopologyError extends StreamsError {
  override readonly name = 'TopologyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('TOPOLOGY_INVALID', listed('The topology is not valid:', problems));
    this.problems = problems;
  }
}

/** A configuration that cannot be used. `problems` has every key, not the first. */
export class ConfigError extends StreamsError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('CONFIG_INVALID', listed('The configuration is not valid:', problems));
    this.problems = problems;
  }
}

/** The StreamsError in a chain of causes that carries this code; `null` when there is none. */
export const findStreamsError = (error: unknown, code?: ErrorCode): StreamsError | null => {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof StreamsError && (code === undefined || current.code === code)) return current;
  }
  return null;
};

/** The text of any thrown value. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
