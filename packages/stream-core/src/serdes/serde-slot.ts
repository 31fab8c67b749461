import type { Serde } from './serde.ts';

/** Serdes that stand in where a source, sink or store names none. */
export interface SerdeDefaults {
  readonly key: Serde<unknown> | null;
  readonly value: Serde<unknown> | null;
}

/**
 * The place of a serde that may be known only once the defaults of the configuration are: it gives the serde, or null
 * when there is none.
 */
export type SerdeSlot<T> = (defaults: SerdeDefaults) => Serde<T> | null;

/** Whatever the configuration says for keys. */
export const defaultKey = <T>(defaults: SerdeDefaults): Serde<T> | null => defaults.key as Serde<T> | null;

/** Whatever the configuration says for values. */
export const defaultValue = <T>(defaults: SerdeDefaults): Serde<T> | null => defaults.value as Serde<T> | null;

/** A serde that was given, or else another slot. */
export const slotOf = <T>(given: Serde<T> | null | undefined, otherwise: SerdeSlot<T>): SerdeSlot<T> =>
  given === null || given === undefined ? otherwise : () => given;

/** A serde that is made of another one, such as that of a windowed key. */
export const mapSlot =
  <T, R>(slot: SerdeSlot<T>, wrap: (serde: Serde<T>) => Serde<R>): SerdeSlot<R> =>
  (defaults) => {
    const serde = slot(defaults);
    return serde === null ? null : wrap(serde);
  };
