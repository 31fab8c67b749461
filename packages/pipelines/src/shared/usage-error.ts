/** A command line that cannot be used, with everything that is wrong with it. The exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
  }
}
