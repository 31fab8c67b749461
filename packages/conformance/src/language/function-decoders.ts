import type { Decoder } from './decode.ts';
import { CaseError, decimal, integer, list, object, or, orNull, tagged, text, word } from './decode.ts';
import type {
  AggregatorFunction,
  JoinerFunction,
  KeyFunction,
  Literal,
  MergerFunction,
  PairFunction,
  PairsFunction,
  PredicateFunction,
  ReducerFunction,
  TopicFunction,
  ValueFunction,
  ValuesFunction,
} from './functions.ts';

const plain = {};
const withText = { s: or(text, '') };
const field = { sep: or(text, '|'), i: or(integer, 0) };

/** A decoder that is needed before it is there, as in a function that holds another. */
const later =
  <T>(decoder: () => Decoder<T>): Decoder<T> =>
  (json, at) =>
    decoder()(json, at);

export const literal: Decoder<Literal> = (json, at) => {
  if (json === undefined || json === null) return null;
  if (typeof json === 'string' || typeof json === 'number') return json;
  throw new CaseError(`${at}: a string, a number or null is needed, not ${JSON.stringify(json)}`);
};

export const valueFunction: Decoder<ValueFunction> = tagged<ValueFunction, 'name'>('name', {
  identity: plain,
  upper: plain,
  len: plain,
  parseLong: plain,
  parseLongStrict: plain,
  negate: plain,
  toString: plain,
  toLong: plain,
  toInteger: plain,
  toDouble: plain,
  half: plain,
  constNull: plain,
  nullIfOdd: plain,
  append: withText,
  prepend: withText,
  const: withText,
  nullIf: withText,
  throwIf: withText,
  add: { n: literal },
  take: { n: integer },
  keyValue: { sep: or(text, ':') },
  field,
});

export const predicateFunction: Decoder<PredicateFunction> = tagged<PredicateFunction, 'name'>('name', {
  always: plain,
  never: plain,
  valueNotNull: plain,
  keyNotNull: plain,
  even: plain,
  valueContains: withText,
  valueStartsWith: withText,
  keyIs: withText,
  keyStartsWith: withText,
  throwIf: withText,
  lenGt: { n: integer },
  gt: { n: decimal },
  keyIn: { keys: list(text) },
  not: { p: later(() => predicateFunction) },
});

export const keyFunction: Decoder<KeyFunction> = tagged<KeyFunction, 'name'>('name', {
  key: plain,
  value: plain,
  valueText: plain,
  null: plain,
  valueLen: plain,
  keyText: plain,
  windowStart: plain,
  windowKey: plain,
  valuePrefix: { n: or(integer, 1) },
  keyPrefix: { n: or(integer, 1) },
  valueMod: { n: or(integer, 1) },
  const: withText,
  keyAppend: withText,
  throwIf: withText,
  valueField: field,
  keyField: field,
});

export const pairFunction: Decoder<PairFunction> = tagged<PairFunction, 'name'>('name', {
  swap: plain,
  nullPair: plain,
  kv: { key: orNull(keyFunction), value: orNull(valueFunction) },
});

export const pairsFunction: Decoder<PairsFunction> = tagged<PairsFunction, 'name'>('name', {
  words: { sep: or(text, ' ') },
  wordKeys: { sep: or(text, ' ') },
  dup: { n: or(integer, 2) },
  both: plain,
});

export const valuesFunction: Decoder<ValuesFunction> = tagged<ValuesFunction, 'name'>('name', {
  words: { sep: or(text, ' ') },
  dup: { n: or(integer, 2) },
  keyAndValue: plain,
});

const joined = { sep: or(text, '|') };

const givenJoiner: Decoder<JoinerFunction> = tagged<JoinerFunction, 'name'>('name', {
  concat: joined,
  concatKey: joined,
  nullIf: { ...joined, ...withText },
  throwIf: { ...joined, ...withText },
  sum: plain,
  left: plain,
  right: plain,
});

export const joinerFunction: Decoder<JoinerFunction> = or(givenJoiner, { name: 'concat', sep: '|' });

const listed = { sep: or(text, ',') };

export const reducerFunction: Decoder<ReducerFunction> = tagged<ReducerFunction, 'name'>('name', {
  concat: listed,
  nullIf: { ...listed, ...withText },
  throwIf: { ...listed, ...withText },
  minus: plain,
  sum: plain,
  sub: plain,
  max: plain,
  min: plain,
  first: plain,
  last: plain,
});

export const aggregatorFunction: Decoder<AggregatorFunction> = tagged<AggregatorFunction, 'name'>('name', {
  concat: listed,
  nullIf: { ...listed, ...withText },
  throwIf: { ...listed, ...withText },
  concatKey: plain,
  minus: plain,
  count: plain,
  uncount: plain,
  sum: plain,
  sub: plain,
  addLen: plain,
  subLen: plain,
  keep: plain,
});

export const mergerFunction: Decoder<MergerFunction> = tagged<MergerFunction, 'name'>('name', {
  concat: { sep: or(text, '~') },
  sum: plain,
  first: plain,
  last: plain,
});

export const topicFunction: Decoder<TopicFunction> = object<TopicFunction>({
  name: word('keyTopic', 'valueTopic', 'lenTopic'),
  prefix: or(text, 'out-'),
});
