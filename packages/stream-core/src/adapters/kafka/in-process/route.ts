import type { Clock } from '../../../common/clock.ts';
import { BrokerError } from '../../memory/broker-error.ts';
import type { MemoryCluster } from '../../memory/memory-cluster.ts';
import type { MessageApi } from '../protocol/api.ts';
import type { Fields, Read, Written } from '../protocol/schema.ts';
import type { InProcessBrokers } from './in-process-brokers.ts';

/** Where a request arrived, and from whom. */
export interface RequestContext {
  readonly brokers: InProcessBrokers;
  readonly cluster: MemoryCluster;
  /** The node that was asked. */
  readonly nodeId: number;
  readonly version: number;
  readonly clientId: string;
  readonly clock: Clock;
  /** Aborted when nobody waits for the answer any more. */
  readonly abandoned: AbortSignal;
}

/** One api, and what a node answers. */
export interface Route {
  readonly api: Pick<MessageApi<Fields, Fields>, 'name' | 'key' | 'minVersion' | 'maxVersion'>;
  readonly answer: (request: unknown, context: RequestContext) => Promise<unknown>;
}

/** Request and answer go from one side to the other as if they had been written and read in their version. */
export const route = <RequestFields extends Fields, ResponseFields extends Fields>(
  api: MessageApi<RequestFields, ResponseFields>,
  answer: (
    request: Read<RequestFields>,
    context: RequestContext,
  ) => Written<ResponseFields> | Promise<Written<ResponseFields>>,
): Route => ({
  api,
  answer: async (request, context) => {
    const received = api.receivedRequest(request as Written<RequestFields>, context.version);
    return api.receivedResponse(await answer(received, context), context.version);
  },
});

/** The number of a refusal in the protocol. Anything else is a bug, and goes on. */
export const errorNumber = (thrown: unknown): number => {
  if (thrown instanceof BrokerError) return thrown.errorNumber;
  throw thrown;
};

/** What `act` is refused with; 0 when it goes well. */
export const refusalOf = (act: () => void): number => {
  try {
    act();
    return 0;
  } catch (error) {
    return errorNumber(error);
  }
};
