import type { FetcherOptions } from '../../../broker/fetcher.ts';
import type { Chance } from '../../../common/chance.ts';
import type { Clock } from '../../../common/clock.ts';
import type { Cluster } from '../cluster.ts';
import { defaultRetryBackoff } from '../retry-backoff.ts';

/** What a fetcher may be tuned by; everything has a default. */
export interface FetchTuning {
  /** How long the broker waits for data before it answers without any. Default 500; below the request timeout. */
  readonly fetchMaxWaitMs?: number;
  /** The bytes that are enough for the broker to answer at once. Default 1. */
  readonly fetchMinBytes?: number;
  /** The most bytes of one answer; a first batch that is larger is sent all the same. Default 50 MiB. */
  readonly fetchMaxBytes?: number;
  /**
   * How many bytes may wait for `poll`, over all partitions. Every partition may hold one batch even when they are used
   * up. Default 64 MiB.
   */
  readonly maxBufferedBytes?: number;
  /** The most bytes that one batch may unpack to. Default 128 MiB. */
  readonly maxBatchBytes?: number;
  /** How long to wait after a failure; it doubles from the first to the longest. Default those of the client. */
  readonly retryBackoffMs?: number;
  readonly retryBackoffMaxMs?: number;
}

export interface KafkaFetcherOptions extends FetcherOptions, FetchTuning {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly clientId: string;
  /** A group member reads on without a topic that was deleted: the next rebalance takes it away. Default false. */
  readonly ignoreMissing?: boolean;
  /** The lane of its fetch requests; nobody else may use it, as they wait at the broker. Default one of its own. */
  readonly lane?: string;
  /** Called once by `close`; who gives it closes the connections of the lane. */
  readonly onClose: () => void | Promise<void>;
}

export type FetchSettings = Required<Omit<KafkaFetcherOptions, 'lane' | 'onClose'>> & { readonly lane: string };

const mebibyte = 1_048_576;

const defaults: Required<FetchTuning> = {
  fetchMaxWaitMs: 500,
  fetchMinBytes: 1,
  fetchMaxBytes: 50 * mebibyte,
  maxBufferedBytes: 64 * mebibyte,
  maxBatchBytes: 128 * mebibyte,
  ...defaultRetryBackoff,
};

let fetchers = 0;

/** The options with everything filled in. */
export const resolveFetchSettings = ({ onClose: _, lane, ...options }: KafkaFetcherOptions): FetchSettings => ({
  ...defaults,
  ignoreMissing: false,
  ...options,
  lane: lane ?? `${options.clientId}-fetch-${++fetchers}`,
});
