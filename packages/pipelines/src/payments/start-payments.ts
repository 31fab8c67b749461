import type {
  Clock,
  DeserializationExceptionHandler,
  KafkaStreamsState,
  Logger,
  StreamsConfig,
} from '@millrace/stream-core';
import { KafkaStreams } from '@millrace/stream-core';
import type { StateOf } from '../shared/state-engine.ts';
import type { PaymentsApplication } from './applications.ts';
import { orchestrator, paymentsApplications } from './applications.ts';
import type { SimulatorDeps } from './deps.ts';

/** What the applications of the pipeline run on. */
export interface PaymentsRuntime extends SimulatorDeps {
  readonly broker: StreamsConfig['broker'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Decides about records that cannot be read. */
  readonly onBadRecord: DeserializationExceptionHandler;
  /** Called when an instance changes its state. */
  readonly onState: (instance: string, state: KafkaStreamsState) => void;
  /** Instances of the orchestrator; of all others there is one. */
  readonly instances: number;
  /** Where each instance keeps its state. */
  readonly stateOf: StateOf;
  /** Settings for all applications, such as timeouts. */
  readonly streams: Partial<StreamsConfig>;
  /** @default all that the fraud mode needs */
  readonly applications?: readonly PaymentsApplication[];
}

/** An instance of an application. */
export interface PaymentsInstance {
  /** Its client id too. */
  readonly name: string;
  readonly applicationId: string;
  readonly isOrchestrator: boolean;
  readonly streams: KafkaStreams;
}

const createInstance = (application: PaymentsApplication, name: string, runtime: PaymentsRuntime): PaymentsInstance => {
  const { broker, clock, logger, onBadRecord, onState, streams: settings, config, stateOf } = runtime;
  const { applicationId } = application;
  const streams = new KafkaStreams({
    processingGuarantee: 'exactly_once_v2',
    ...settings,
    applicationId,
    clientId: name,
    topology: application.topology(runtime),
    broker,
    clock,
    logger,
    state: stateOf(name),
    maxTaskIdleMs: config.maxTaskIdleMs,
    deserializationExceptionHandler: onBadRecord,
    stateListener: (state) => onState(name, state),
  });
  return { name, applicationId, isOrchestrator: application.topology === orchestrator.topology, streams };
};

/** Makes every application of the pipeline in this process, and starts none. */
export const createPayments = (runtime: PaymentsRuntime): readonly PaymentsInstance[] =>
  (runtime.applications ?? paymentsApplications(runtime.config.fraud)).flatMap((application) => {
    const count = application.topology === orchestrator.topology ? runtime.instances : 1;
    const base = application.applicationId.replace(/-cg$/u, '');
    return Array.from({ length: count }, (_, index) => createInstance(application, `${base}-${index + 1}`, runtime));
  });

/**
 * Starts every application of the pipeline in this process, and resolves when all of them run.
 *
 * @throws what the first instance that cannot start failed with
 */
export const startPayments = async (runtime: PaymentsRuntime): Promise<readonly PaymentsInstance[]> => {
  const instances = createPayments(runtime);
  await Promise.all(instances.map(({ streams }) => streams.start()));
  return instances;
};
