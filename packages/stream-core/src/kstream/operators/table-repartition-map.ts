import { asBuffer } from '../../common/bytes.ts';
import type { OperatorSupplier } from '../../processor/operator.ts';
import type { KeyValueMapper } from '../functions.ts';
import type { Change } from './change.ts';

/**
 * Gives the entries of a table the keys by which they are grouped. An update whose old and new entry have the same key
 * goes on as one, otherwise the old entry goes first, to where it has to be taken out. Late updates of a versioned table
 * are no part of what is aggregated.
 *
 * @see KIP-904, `KTableRepartitionMap`
 */
export const tableRepartitionMap =
  <K, V, KR, VR>(
    selector: KeyValueMapper<K, V, readonly [KR, VR]>,
    isVersioned: () => boolean,
  ): OperatorSupplier<K, Change<V>, KR, Change<VR>> =>
  (context) => {
    const skipsLate = isVersioned();
    const select = (key: K, value: V | null): readonly [KR, VR] | null => {
      if (value === null) return null;
      const pair: readonly [KR, VR] | null = selector(key, value);
      return pair === null || pair[0] === null || pair[1] === null ? null : pair;
    };
    const regroup = (key: K, change: Change<V>, timestamp: number): void => {
      const { isLatest } = change;
      const newPair = select(key, change.newValue);
      const oldPair = select(key, change.oldValue);
      if (oldPair !== null && newPair !== null && sameKey(oldPair[0], newPair[0])) {
        context.forward(newPair[0], { newValue: newPair[1], oldValue: oldPair[1], isLatest }, timestamp);
        return;
      }
      if (oldPair !== null) context.forward(oldPair[0], { newValue: null, oldValue: oldPair[1], isLatest }, timestamp);
      if (newPair !== null) context.forward(newPair[0], { newValue: newPair[1], oldValue: null, isLatest }, timestamp);
    };
    return {
      process: (key, change, timestamp) => {
        if (key === null) {
          throw new TypeError(`${context.nodeName}: the key of a table that is grouped must not be null`);
        }
        if (change.isLatest || !skipsLate) regroup(key, change, timestamp);
      },
    };
  };

/** Equal as Java's `equals` has it for the keys that serdes make: by value, down into plain objects and arrays. */
const sameKey = (left: unknown, right: unknown): boolean => {
  if (Object.is(left, right)) return true;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return asBuffer(left).equals(right);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  const names = Object.keys(left);
  const others = right as Record<string, unknown>;
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && sameKey((left as Record<string, unknown>)[name], others[name]))
  );
};
