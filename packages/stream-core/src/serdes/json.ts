import { asBuffer } from '../common/bytes.ts';
import type { Serde } from './serde.ts';

/**
 * JSON as UTF-8. `parse` turns what `JSON.parse` gave into a `T` or throws: the place for a schema library. Without it
 * the value is believed to be a `T`.
 */
export const jsonSerde = <T>(parse: (value: unknown) => T = (value) => value as T): Serde<T> => ({
  serialize: (value) => {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`JSON has no form for ${typeof value}`);
    return Buffer.from(text, 'utf8');
  },
  deserialize: (bytes) => parse(JSON.parse(asBuffer(bytes).toString('utf8'))),
});
