import type { ProcessingConfig, Serde } from '@millrace/stream-core';
import { logAndContinue, logAndFail } from '@millrace/stream-core';
import type { CaseConfig } from '../language/case.ts';
import { typeOf } from '../types/type.ts';
import { extractorOf, given } from './options.ts';

const handlers = { fail: logAndFail, continue: logAndContinue };

/** The configuration of a case as the library takes it. @throws UnsupportedError */
export const processingConfig = (config: CaseConfig): ProcessingConfig => {
  const store = config['dsl.store'];
  return {
    applicationId: config['application.id'],
    defaultKeySerde: typeOf(config['default.key.serde']).serde as Serde<never>,
    defaultValueSerde: typeOf(config['default.value.serde']).serde as Serde<never>,
    deserializationExceptionHandler: handlers[config['deserialization.exception.handler']],
    processingExceptionHandler: handlers[config['processing.exception.handler']],
    ...given({
      defaultTimestampExtractor: extractorOf(config['default.timestamp.extractor']),
      statestoreCacheMaxBytes: config['statestore.cache.max.bytes'],
      defaultDslStore: store === 'rocksDB' ? ('persistent' as const) : store,
      maxTaskIdleMs: config['max.task.idle.ms'],
    }),
  };
};
