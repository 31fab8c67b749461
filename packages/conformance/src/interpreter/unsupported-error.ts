/** A case uses what the library does not have. The message says what. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** Gives up on a case. @throws UnsupportedError */
export const unsupported = (what: string): never => {
  throw new UnsupportedError(what);
};
