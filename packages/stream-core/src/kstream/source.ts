import { toMs } from '../common/duration.ts';
import type { SerdeSlot } from '../serdes/serde-slot.ts';
import { defaultKey, defaultValue, slotOf } from '../serdes/serde-slot.ts';
import type { SourceNode } from '../topology/nodes.ts';
import type { Consumed } from './options/consumed.ts';

/** A source of topics, as its options say. */
export const consumedSource = <K, V>(
  name: string,
  topics: readonly string[] | RegExp,
  consumed: Consumed<K, V>,
): Omit<SourceNode, 'kind'> => ({
  name,
  topics: topics instanceof RegExp ? [] : topics,
  pattern: topics instanceof RegExp ? topics : null,
  key: slotOf(consumed.key, defaultKey) as SerdeSlot<unknown>,
  value: slotOf(consumed.value, defaultValue) as SerdeSlot<unknown>,
  timestampExtractor: consumed.timestampExtractor ?? null,
  offsetReset: consumed.offsetReset ?? null,
  idleTimeoutMs: consumed.idleTimeout === undefined ? null : toMs(consumed.idleTimeout, 'idle timeout'),
});
