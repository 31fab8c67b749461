import { noHeaders } from '../common/headers.ts';
import type { StreamRecord } from '../common/stream-record.ts';
import { StreamsError } from '../errors/streams-error.ts';
import type { Operator, OperatorContext, OperatorSupplier } from './operator.ts';
import { processingContext } from './processing-context.ts';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from './processor.ts';
import type { ProcessorContext } from './processor-context.ts';
import { refusePromise } from './refuse-promise.ts';
import { withHeaders } from './with-headers.ts';

const forwardRecord = <K, V>(context: OperatorContext<K, V>, record: StreamRecord<K, V>, child?: string): void => {
  const { key, value, timestamp, headers = noHeaders } = record;
  if (timestamp < 0) {
    throw new StreamsError(
      'TIMESTAMP_INVALID',
      `${context.nodeName} forwards a record with the timestamp ${timestamp}; forward it with one from 0 on`,
      {
        context: { node: context.nodeName },
      },
    );
  }
  const forward = () => {
    if (child === undefined) context.forward(key, value, timestamp);
    else context.forwardTo(child, key, value, timestamp);
  };
  if (headers === context.record.current.headers) forward();
  else withHeaders(context.record, headers, forward);
};

const operatorOf = <KIn, VIn, KOut, VOut>(
  processor: { process(record: StreamRecord<KIn, VIn>): void; close?(): void },
  context: OperatorContext<KOut, VOut>,
): Operator<KIn, VIn> => ({
  process: (key, value, timestamp) => {
    const result: unknown = processor.process({ key, value, timestamp, headers: context.record.current.headers });
    if (result !== undefined) refusePromise(result, 'process()', context.nodeName);
  },
  close: () => processor.close?.(),
});

/** A user's Processor as an operator. Here alone a record becomes an object. */
export const processorOperator = <KIn, VIn, KOut, VOut>(
  supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
): OperatorSupplier<KIn, VIn, KOut, VOut> => {
  const operator = (context: OperatorContext<KOut, VOut>): Operator<KIn, VIn> => {
    const processor = supplier();
    const own: ProcessorContext<KOut, VOut> = {
      ...processingContext(context),
      forward: (record, child) => forwardRecord(context, record, child),
    };
    processor.init?.(own);
    return operatorOf(processor, context);
  };
  const erased = supplier as ProcessorSupplier<unknown, unknown, unknown, unknown>;
  return Object.assign(operator, { origin: { kind: 'processor', supplier: erased } } as const);
};

/** A user's FixedKeyProcessor as an operator: it refuses to forward another key than the one in hand. */
export const fixedKeyProcessorOperator = <K, VIn, VOut>(
  supplier: FixedKeyProcessorSupplier<K, VIn, VOut>,
): OperatorSupplier<K, VIn, K, VOut> => {
  const operator = (context: OperatorContext<K, VOut>): Operator<K, VIn> => {
    const processor = supplier();
    let current: { readonly key: K } | null = null;
    processor.init?.({
      ...processingContext(context),
      forward: (record, child) => {
        if (current !== null && record.key !== current.key) {
          throw new StreamsError(
            'PROCESSING_FAILED',
            `${context.nodeName} is a processValues node and must not change the key; use process() to change it`,
            {
              context: { node: context.nodeName },
            },
          );
        }
        forwardRecord(context, record, child);
      },
    });
    const inner = operatorOf(processor, context);
    return {
      process: (key, value, timestamp) => {
        const outer = current;
        current = { key };
        try {
          inner.process(key, value, timestamp);
        } finally {
          current = outer;
        }
      },
      close: () => inner.close?.(),
    };
  };
  const erased = supplier as FixedKeyProcessorSupplier<unknown, unknown, unknown>;
  return Object.assign(operator, { origin: { kind: 'fixedKey', supplier: erased } } as const);
};
