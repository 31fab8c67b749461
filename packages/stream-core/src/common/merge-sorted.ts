/** Merges two sorted sequences; where both have an equal item, the left one is taken. */
export function* mergeSorted<T>(
  left: Iterable<T>,
  right: Iterable<T>,
  compare: (left: T, right: T) => number,
): Generator<T, void, undefined> {
  const lefts = left[Symbol.iterator]();
  const rights = right[Symbol.iterator]();
  try {
    let a = lefts.next();
    let b = rights.next();
    while (!a.done || !b.done) {
      const order = a.done ? 1 : b.done ? -1 : compare(a.value, b.value);
      if (order <= 0) yield a.value as T;
      else yield b.value as T;
      if (order <= 0) a = lefts.next();
      if (order >= 0) b = rights.next();
    }
  } finally {
    lefts.return?.();
    rights.return?.();
  }
}
