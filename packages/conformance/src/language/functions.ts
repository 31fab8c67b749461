// The functions of the case language, section 5. What they do is in the folder functions.

/** A value as a case writes it; its type says how it is read. */
export type Literal = string | number | null;

interface Field {
  readonly sep: string;
  readonly i: number;
}

/** `value`: makes a value of a value. */
export type ValueFunction =
  | {
      readonly name:
        | 'identity'
        | 'upper'
        | 'len'
        | 'parseLong'
        | 'parseLongStrict'
        | 'negate'
        | 'toString'
        | 'toLong'
        | 'toInteger'
        | 'toDouble'
        | 'half'
        | 'constNull'
        | 'nullIfOdd';
    }
  | { readonly name: 'append' | 'prepend' | 'const' | 'nullIf' | 'throwIf'; readonly s: string }
  | { readonly name: 'add'; readonly n: Literal }
  | { readonly name: 'take'; readonly n: number }
  | { readonly name: 'keyValue'; readonly sep: string }
  | ({ readonly name: 'field' } & Field);

/** `pred`: tests a record. */
export type PredicateFunction =
  | { readonly name: 'always' | 'never' | 'valueNotNull' | 'keyNotNull' | 'even' }
  | {
      readonly name: 'valueContains' | 'valueStartsWith' | 'keyIs' | 'keyStartsWith' | 'throwIf';
      readonly s: string;
    }
  | { readonly name: 'lenGt' | 'gt'; readonly n: number }
  | { readonly name: 'keyIn'; readonly keys: readonly string[] }
  | { readonly name: 'not'; readonly p: PredicateFunction };

/** `key`: makes a key of a record. */
export type KeyFunction =
  | { readonly name: 'key' | 'value' | 'valueText' | 'null' | 'valueLen' | 'keyText' | 'windowStart' | 'windowKey' }
  | { readonly name: 'valuePrefix' | 'keyPrefix' | 'valueMod'; readonly n: number }
  | { readonly name: 'const' | 'keyAppend' | 'throwIf'; readonly s: string }
  | ({ readonly name: 'valueField' | 'keyField' } & Field);

/** `pair`: makes a record of a record. */
export type PairFunction =
  | { readonly name: 'swap' | 'nullPair' }
  | { readonly name: 'kv'; readonly key: KeyFunction | null; readonly value: ValueFunction | null };

/** `pairs`: makes records of a record. */
export type PairsFunction =
  | { readonly name: 'words' | 'wordKeys'; readonly sep: string }
  | { readonly name: 'dup'; readonly n: number }
  | { readonly name: 'both' };

/** `values`: makes values of a record. */
export type ValuesFunction =
  | { readonly name: 'words'; readonly sep: string }
  | { readonly name: 'dup'; readonly n: number }
  | { readonly name: 'keyAndValue' };

/** `joiner`: makes a value of two. */
export type JoinerFunction =
  | { readonly name: 'concat' | 'concatKey'; readonly sep: string }
  | { readonly name: 'nullIf' | 'throwIf'; readonly sep: string; readonly s: string }
  | { readonly name: 'sum' | 'left' | 'right' };

/** `reducer`: (aggregate, value) to aggregate. */
export type ReducerFunction =
  | { readonly name: 'concat'; readonly sep: string }
  | { readonly name: 'nullIf' | 'throwIf'; readonly sep: string; readonly s: string }
  | { readonly name: 'minus' | 'sum' | 'sub' | 'max' | 'min' | 'first' | 'last' };

/** `aggregator`: (key, value, aggregate) to aggregate. */
export type AggregatorFunction =
  | { readonly name: 'concat'; readonly sep: string }
  | { readonly name: 'nullIf' | 'throwIf'; readonly sep: string; readonly s: string }
  | {
      readonly name: 'concatKey' | 'minus' | 'count' | 'uncount' | 'sum' | 'sub' | 'addLen' | 'subLen' | 'keep';
    };

/** `merger`: makes one aggregate of two, where session windows grow together. */
export type MergerFunction =
  | { readonly name: 'concat'; readonly sep: string }
  | { readonly name: 'sum' | 'first' | 'last' };

/** `topicFn`: names a topic. */
export interface TopicFunction {
  readonly name: 'keyTopic' | 'valueTopic' | 'lenTopic';
  readonly prefix: string;
}
