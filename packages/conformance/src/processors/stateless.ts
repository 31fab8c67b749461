import { throwOnPurpose } from '../functions/common.ts';
import { keyMapper } from '../functions/key.ts';
import { predicate } from '../functions/predicate.ts';
import { stringType } from '../types/type.ts';
import type { ProcessorMakers } from './tools.ts';
import { forwardPunctuated, punctuate } from './tools.ts';

/** Processors without a store. */
export const statelessProcessors: ProcessorMakers<
  'identity' | 'headerAdder' | 'tick' | 'forwardToChild' | 'meta' | 'shiftTs' | 'repeat' | 'rekey' | 'throwIf'
> = {
  identity:
    (_spec, { forward }) =>
    (record) =>
      forward(record),

  headerAdder: ({ header, value }, { forward }) => {
    const added = { key: header, value: Buffer.from(value) };
    return (record) => forward({ ...record, headers: [...record.headers, added] });
  },

  tick: (spec, tools) => {
    let count = 0;
    const punctuation = punctuate(tools, spec, (timestamp) => {
      count++;
      forwardPunctuated(tools, 'tick', `${timestamp}/${count}`, timestamp);
      if (count >= spec.max) punctuation.cancel();
    });
    return (record) => tools.forward({ ...record, value: tools.value.text(record.value) });
  },

  forwardToChild: ({ routes, all }, { forward, key, value }) => {
    const tests = routes.map(({ pred, child }) => ({ holds: predicate(pred, key, value), child }));
    return (record) => {
      for (const { holds, child } of tests) {
        if (!holds(record.key, record.value)) continue;
        forward(record, child);
        if (!all) return;
      }
    };
  },

  meta:
    (_spec, { forward, value, context }) =>
    (record) => {
      const metadata = context.recordMetadata();
      const where = metadata === null ? 'none' : `${metadata.topic}@${metadata.partition}/${metadata.offset}`;
      const times = `ts=${record.timestamp} st=${context.currentStreamTimeMs()} wc=${context.currentSystemTimeMs()}`;
      forward({ ...record, value: `${value.text(record.value)} ${where} ${times}` });
    },

  shiftTs:
    ({ deltaMs }, { forward }) =>
    (record) =>
      forward({ ...record, timestamp: record.timestamp + deltaMs }),

  repeat:
    ({ n, stepMs }, { forward }) =>
    (record) => {
      for (let i = 0; i < n; i++) forward({ ...record, timestamp: record.timestamp + i * stepMs });
    },

  rekey: ({ key }, { forward }) => {
    const mapper = keyMapper(key, stringType, stringType);
    return (record) => forward({ ...record, key: mapper.apply(record.key, record.value) });
  },

  throwIf:
    ({ s }, { forward, value }) =>
    (record) => {
      if (record.value !== null && value.text(record.value).includes(s)) throwOnPurpose();
      forward(record);
    },
};
