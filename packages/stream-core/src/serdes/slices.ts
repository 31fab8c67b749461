import type { Serde } from './serde.ts';

/** Deserialises bytes that lie in a larger buffer from `start` (included) to `end` (excluded), without a view on them. */
export type DeserializeSlice<T> = (source: Buffer, start: number, end: number) => T;

/** By the function that does the same with bytes alone: whoever makes another serde of one, and changes that, is heard. */
const known = new WeakMap<object, DeserializeSlice<unknown>>();

/** The serde, which from now on also has a way to read bytes where they lie. Neither topic nor headers may matter to it. */
export const withSlices = <T>(serde: Serde<T>, deserializeSlice: DeserializeSlice<T>): Serde<T> => {
  known.set(serde.deserialize, deserializeSlice);
  return serde;
};

/** How a serde reads bytes where they lie; null when it needs a view on them. */
export const sliceOf = <T>({ deserialize }: Pick<Serde<T>, 'deserialize'>): DeserializeSlice<T> | null =>
  (known.get(deserialize) as DeserializeSlice<T> | undefined) ?? null;
