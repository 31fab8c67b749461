import type { Cancellable, Headers, ProcessingContext, PunctuationType, StreamRecord } from '@millrace/stream-core';
import type { Variant } from '../language/decode.ts';
import type { ProcessorSpec, PunctuationSpec } from '../language/processors.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';

export type CellRecord = StreamRecord<Cell, Cell>;

/** What a processor of the case language is made of. */
export interface ProcessorTools {
  readonly context: ProcessingContext;
  /** The types of the records that come in. */
  readonly key: Type;
  readonly value: Type;
  /** To the children, or to the one of that name. */
  readonly forward: (record: CellRecord, child?: string) => void;
  /** The type of the values in a store. */
  readonly storeValue: (store: string) => Type;
}

/** A processor: what it does with a record. It is made when the task begins, with its stores and its punctuation. */
export type ProcessRecord = (record: CellRecord) => void;

/** How a processor is made of its description. */
export type ProcessorMaker<Spec> = (spec: Spec, tools: ProcessorTools) => ProcessRecord;

/** How each of some processors is made. */
export type ProcessorMakers<Name extends ProcessorSpec['name']> = {
  readonly [N in Name]: ProcessorMaker<Variant<ProcessorSpec, 'name', N>>;
};

const noHeaders: Headers = [];

/** Forwards what a punctuation makes: with its time and without headers. */
export const forwardPunctuated = ({ forward }: ProcessorTools, key: Cell, value: Cell, timestamp: number): void =>
  forward({ key, value, timestamp, headers: noHeaders });

/** Schedules the one punctuation of a processor. */
export const punctuate = (
  { context }: ProcessorTools,
  { intervalMs, type }: PunctuationSpec,
  punctuator: (timestamp: number) => void,
): Cancellable => {
  const kind: PunctuationType = type === 'wall' ? 'wall_clock_time' : 'stream_time';
  return context.schedule(intervalMs, kind, punctuator);
};
