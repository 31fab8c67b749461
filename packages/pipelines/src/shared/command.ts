/** Where a command writes its lines. */
export interface Printer {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** A command of the command line: gets its arguments, and gives the exit code. */
export type Command = (args: readonly string[], printer: Printer) => Promise<number>;
