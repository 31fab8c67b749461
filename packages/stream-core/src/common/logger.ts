/** Details of a log line. Never keys or values of records. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Structured logging as a dependency: an event name that stays the same, and fields. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const nothing = (): void => undefined;

/** Says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** How much a log line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * One JSON object a line, to wherever `write` puts it.
 *
 * @param now the time of a line in epoch ms
 */
export const jsonLogger = (write: (line: string) => void, level: LogLevel, now: () => number): Logger => {
  const at = (own: LogLevel) =>
    levels.indexOf(own) < levels.indexOf(level)
      ? nothing
      : (event: string, fields: LogFields = {}) =>
          write(JSON.stringify({ time: new Date(now()).toISOString(), level: own, event, ...fields }));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
