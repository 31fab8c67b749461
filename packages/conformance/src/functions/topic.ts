import type { TopicFunction } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';

/** A function that names the topic of a record with a key and value of these types. */
export const topicNamer = (
  { name, prefix }: TopicFunction,
  key: Type,
  value: Type,
): ((key: Cell, value: Cell) => string) => {
  switch (name) {
    case 'keyTopic':
      return (k) => prefix + key.text(k);
    case 'valueTopic':
      return (_k, v) => prefix + value.text(v).slice(0, 1);
    case 'lenTopic':
      return (_k, v) => prefix + (v === null ? 'none' : value.text(v).length % 2 === 0 ? 'even' : 'odd');
  }
};
