/** What becomes of the application after an error that nobody handled (KIP-671). */
export type UncaughtExceptionResponse = 'replaceThread' | 'shutdownClient' | 'shutdownApplication';

/** Decides after an error that ended a stream thread. A handler that throws shuts the client down. */
export type UncaughtExceptionHandler = (error: unknown) => UncaughtExceptionResponse;
