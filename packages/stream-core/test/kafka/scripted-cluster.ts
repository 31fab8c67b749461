import type { Answer, CallOptions, Cluster, PartitionLeader } from '../../src/adapters/kafka/cluster.ts';
import type { Api } from '../../src/adapters/kafka/protocol/api.ts';
import { StreamsError } from '../../src/errors/streams-error.ts';

/** A request as it left the client. */
export interface SeenCall {
  readonly node: number;
  readonly api: string;
  readonly version: number;
  readonly request: unknown;
  readonly options: CallOptions;
}

/** An answer, an error to throw, or a promise of one of them. */
export type ScriptedAnswer = object | Promise<object>;

export const unavailable = (): StreamsError => new StreamsError('BROKER_UNAVAILABLE', 'a scripted answer got lost');

/**
 * A cluster that answers what a test has told it to: for each api the answers in their order, the last one again and
 * again. It is for what no real broker does when a test wants it.
 */
export class ScriptedCluster implements Cluster {
  readonly calls: SeenCall[] = [];
  /** The coordinators in the order of the lookups; a lookup comes after each `forgetCoordinator`. */
  coordinators: number[] = [1];
  /** The version that the brokers speak, where it is not the newest. */
  readonly versions: Map<string, number> = new Map();
  readonly #answers = new Map<string, ScriptedAnswer[]>();

  answer(api: string, ...answers: ScriptedAnswer[]): void {
    this.#answers.set(api, answers);
  }

  seen(api: string): SeenCall[] {
    return this.calls.filter((call) => call.api === api);
  }

  async coordinator(): Promise<number> {
    return this.coordinators[0] ?? 1;
  }

  forgetCoordinator(): void {
    if (this.coordinators.length > 1) this.coordinators.shift();
  }

  async call<Request, Response>(
    node: number,
    api: Api<Request, Response>,
    request: Request | ((version: number) => Request),
    options: CallOptions,
  ): Promise<Answer<Response>> {
    const version = this.versions.get(api.name) ?? api.maxVersion;
    const body = request instanceof Function ? request(version) : request;
    this.calls.push({ node, api: api.name, version, request: body, options });
    const answers = this.#answers.get(api.name) ?? [];
    const next = answers.length > 1 ? answers.shift() : answers[0];
    const response = await next;
    if (response instanceof Error) throw response;
    if (response === undefined) throw unavailable();
    return { response: response as Response, version };
  }

  async partitionCount(): Promise<number | null> {
    return 1;
  }

  async topicId(): Promise<string> {
    return '00000000-0000-0000-0000-000000000001';
  }

  topicName(): string | null {
    return null;
  }

  async leader(): Promise<PartitionLeader | null> {
    return null;
  }

  knownLeader(): PartitionLeader | null {
    return null;
  }

  learnLeader(): void {}

  forgetLeader(): void {}

  async controller(): Promise<number> {
    return 1;
  }

  async feature(): Promise<number> {
    return 0;
  }
}
