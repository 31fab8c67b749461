import type { StateStore } from './state-store.ts';

const writes: ReadonlySet<string | symbol> = new Set(['put', 'putAll', 'putIfAbsent', 'delete', 'remove']);

/**
 * A store whose writing methods throw: a global store, as processors see it that do not keep it up to date.
 *
 * @see `org.apache.kafka.streams.processor.internals.AbstractReadOnlyDecorator`
 */
export const readOnlyStore = <S extends StateStore>(store: S): S =>
  new Proxy(store, {
    get: (target, property) => {
      if (writes.has(property)) return () => refuse(store.name);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const refuse = (store: string): never => {
  throw new TypeError(`global store ${store} can only be read here; write to its topic instead`);
};
