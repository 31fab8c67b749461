import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '@millrace/stream-core';
import type { ProcessorSpec } from '../language/processors.ts';
import type { Type } from '../types/type.ts';
import { stringType } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import { statefulProcessors } from './stateful.ts';
import { statelessProcessors } from './stateless.ts';
import type { CellRecord, ProcessorMaker, ProcessorMakers, ProcessorTools, ProcessRecord } from './tools.ts';

type Name = ProcessorSpec['name'];

/** How each processor is made. */
const makers: ProcessorMakers<Name> = {
  ...statelessProcessors,
  ...statefulProcessors,
};

const makingText: ReadonlySet<Name> = new Set<Name>([
  'countPunct',
  'ttl',
  'meta',
  'storeGet',
  'windowCount',
  'sessionCount',
  'versioned',
  'globalGet',
  'tick',
  'buffer',
]);

/** The type of the values that a processor forwards. */
export const forwardedValue = (spec: ProcessorSpec, value: Type): Type =>
  makingText.has(spec.name) ? stringType : value;

type Given = Pick<ProcessorTools, 'key' | 'value' | 'storeValue'>;

const makerOf = (spec: ProcessorSpec): ProcessorMaker<ProcessorSpec> =>
  makers[spec.name] as ProcessorMaker<ProcessorSpec>;

const uninitialised = (): never => {
  throw new Error('the processor was not initialised');
};

/** The supplier of a processor over records of these types. */
export const processorSupplier = (spec: ProcessorSpec, given: Given): ProcessorSupplier<Cell, Cell, Cell, Cell> => {
  const make = makerOf(spec);
  return () => {
    let process: ProcessRecord = uninitialised;
    return {
      init: (context) => {
        process = make(spec, { ...given, context, forward: (record, child) => context.forward(record, child) });
      },
      process: (record) => process(record),
    };
  };
};

/** The same for processValues: whatever key the processor names, the one of the record in hand is forwarded. */
export const fixedKeyProcessorSupplier = (
  spec: ProcessorSpec,
  given: Given,
): FixedKeyProcessorSupplier<Cell, Cell, Cell> => {
  const make = makerOf(spec);
  return () => {
    let process: ProcessRecord = uninitialised;
    let current: CellRecord | null = null;
    return {
      init: (context) => {
        const forward = (record: CellRecord, child?: string): void => {
          if (current === null) throw new TypeError('there is no record in hand whose key could be forwarded');
          context.forward({ ...record, key: current.key }, child);
        };
        process = make(spec, { ...given, context, forward });
      },
      process: (record) => {
        const outer = current;
        current = record;
        process(record);
        current = outer;
      },
    };
  };
};
