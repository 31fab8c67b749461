/** Thrown when the library breaks one of its own invariants. Never caught to recover: it is a bug, not a condition. */
class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** States an invariant. A failure is a bug in this library and stops the thread. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
