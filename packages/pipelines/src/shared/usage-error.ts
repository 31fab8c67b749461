/** A command line that cannot be used, with everything that is wrong with it. The exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Whether the command line is wrong: also what parseArgs throws for a flag that it does not know or that lacks its value. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'));
