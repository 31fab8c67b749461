import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { CallOptions, Cluster } from '../cluster.ts';
import type { Api } from '../protocol/api.ts';
import { isKafkaError } from '../protocol/error-codes.ts';
import { groupRefusal } from './group-refusal.ts';
import type { Attempt, RetryOptions } from './until-answered.ts';
import { untilAnswered } from './until-answered.ts';

export interface CoordinatorRequestsOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly groupId: string;
}

/** A request to the coordinator of the group, and how its answer is judged. */
export interface Exchange<Request, Response> {
  readonly api: Api<Request, Response>;
  readonly request: Request | ((version: number) => Request);
  readonly call: CallOptions;
  /** The number of the error that the answer carries. */
  readonly errorOf: (response: Response) => number;
}

/** It was asked the wrong one, or nobody is the right one now. */
const hasMoved = (errorNumber: number): boolean =>
  isKafkaError(errorNumber, 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR');

/** It is the right one, and will answer a little later. */
const isBusy = (errorNumber: number): boolean =>
  isKafkaError(errorNumber, 'COORDINATOR_LOAD_IN_PROGRESS', 'REQUEST_TIMED_OUT');

/** True when nobody answered, or the coordinator is another one, or not ready. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof StreamsError && error.code === 'BROKER_UNAVAILABLE';

/**
 * The way to the coordinator of one group: finds it, asks it, and asks again when it has moved, is starting or gave no
 * answer.
 */
export class CoordinatorRequests {
  readonly #options: CoordinatorRequestsOptions;

  constructor(options: CoordinatorRequestsOptions) {
    this.#options = options;
  }

  /**
   * Gives the answer, with whatever error it carries that has nothing to do with the coordinator.
   *
   * @throws StreamsError BROKER_UNAVAILABLE when the time for attempts is over: what was asked may have happened or not
   */
  send<Request, Response>(
    exchange: Exchange<Request, Response>,
    retry: Pick<RetryOptions, 'retryMs' | 'checkOpen'>,
  ): Promise<Response> {
    const { clock, chance } = this.#options;
    return untilAnswered(() => this.#attempt(exchange), { clock, chance, ...retry });
  }

  async #attempt<Request, Response>({
    api,
    request,
    call,
    errorOf,
  }: Exchange<Request, Response>): Promise<Attempt<Response>> {
    const { cluster, groupId } = this.#options;
    try {
      const node = await cluster.coordinator('group', groupId);
      const { response } = await cluster.call(node, api, request, call);
      const errorNumber = errorOf(response);
      if (!hasMoved(errorNumber) && !isBusy(errorNumber)) return { value: response };
      if (hasMoved(errorNumber)) cluster.forgetCoordinator('group', groupId);
      return { unavailable: groupRefusal(errorNumber, `${api.name} for group ${groupId}`) };
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // Its successor answers, or the next lookup finds the same one again.
      cluster.forgetCoordinator('group', groupId);
      return { unavailable: error };
    }
  }
}
