import { emptyRecordContext } from '../../common/record-context.ts';
import type { OperatorContext } from '../../processor/operator.ts';
import { processingContext } from '../../processor/processing-context.ts';
import type { Predicate, ValueMapper, ValueTransformer } from '../functions.ts';
import type { EntryMapper } from './table-map.ts';

/** Keeps the entries for which `predicate` is `wanted`. @see `KTableFilter` */
export const filterEntries = <K, V>(predicate: Predicate<K, V>, wanted: boolean): EntryMapper<K, V, V> => ({
  map: (key, value) => (value !== null && predicate(key, value) === wanted ? value : null),
  lookUp: (key, found) => (found !== null && predicate(key, found.value) === wanted ? found : null),
});

/** Maps the values of entries. @see `KTableMapValues` */
export const mapEntries = <K, V, VR>(mapper: ValueMapper<K, V, VR>): EntryMapper<K, V, VR> => ({
  map: (key, value) => (value === null ? null : mapper(value, key)),
  lookUp: (key, found) => {
    if (found === null) return null;
    const value = mapper(found.value, key);
    return value === null ? null : { value, timestamp: found.timestamp };
  },
});

/**
 * Maps entries with a transformer of the task, which also sees keys without a value. While it computes a lookup it sees
 * a record context that is not that of the record in hand.
 *
 * @see `KTableTransformValues`
 */
export const transformEntries =
  <K, V, VR>(supplier: () => ValueTransformer<K, V, VR>) =>
  (context: OperatorContext<unknown, unknown>): EntryMapper<K, V, VR> => {
    const transformer = supplier();
    transformer.init?.(processingContext(context));
    return {
      map: (key, value) => transformer.transform(key, value),
      lookUp: (key, found) => {
        const outer = context.record.current;
        const timestamp = found?.timestamp ?? -1;
        context.record.current = emptyRecordContext(timestamp);
        try {
          const value = transformer.transform(key, found?.value ?? null);
          return value === null ? null : { value, timestamp };
        } finally {
          context.record.current = outer;
        }
      },
      close: () => transformer.close?.(),
    };
  };
