import type { Types } from '../interpreter/nodes.ts';
import type { RecordInput } from '../language/case.ts';
import { CaseError } from '../language/decode.ts';
import type { Literal } from '../language/functions.ts';
import type { Type } from '../types/type.ts';
import type { ActualRecord } from './runner.ts';

const bytesOf = (type: Type, literal: Literal, topic: string): Uint8Array | null => {
  const cell = type.parse(literal);
  return cell === null ? null : type.serde.serialize(cell, topic, []);
};

/** A record of the input in bytes. @throws CaseError when no source reads its topic */
export const inputBytes = (input: RecordInput, inputs: ReadonlyMap<string, Types>): ActualRecord => {
  const { topic, ts: timestamp } = input;
  const types = inputs.get(topic);
  if (types === undefined) throw new CaseError(`no source reads topic ${topic}`);
  return {
    topic,
    timestamp,
    key: input.keyB64 ?? bytesOf(types.key, input.key, topic),
    value: input.valueB64 ?? bytesOf(types.value, input.value, topic),
    headers: input.headers.map(([key, value]) => ({ key, value: value === null ? null : Buffer.from(value) })),
  };
};
