import type { Serde, Topology } from '@millrace/stream-core';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import type { SimulatorDeps } from '../../src/payments/deps.ts';
import type { PaymentsSerdes } from '../../src/payments/messages.ts';
import { requestedAt } from './samples.ts';
import { topologyDeps } from './topology-deps.ts';

/** A message for a topic. */
export interface Piped<V> {
  readonly topic: string;
  readonly key: string | null;
  readonly value: V | null;
  /** Event time, in ms after the request of the seed. */
  readonly afterMs: number;
}

/** A message of a topic. */
export interface Taken<V> {
  readonly key: string | null;
  readonly value: V;
  /** Event time, in ms after the request of the seed. */
  readonly afterMs: number;
}

/** A topology of the pipeline on a test driver. */
export class TopologyDriver {
  readonly serdes: PaymentsSerdes;
  readonly #driver: TopologyTestDriver;

  constructor(topology: (deps: SimulatorDeps) => Topology, deps: SimulatorDeps = topologyDeps()) {
    this.serdes = deps.serdes;
    this.#driver = new TopologyTestDriver(topology(deps));
  }

  pipe<V>(value: Serde<V>, { topic, key, value: message, afterMs }: Piped<V>): void {
    // The schemas are at hand: nothing has to be waited for.
    void value.prepareWrite?.(topic);
    this.#driver
      .createInputTopic(topic, { key: this.serdes.key, value })
      .pipeInput(key, message, { timestamp: requestedAt + afterMs });
  }

  take<V>(value: Serde<V>, topic: string): Taken<V>[] {
    const records = this.#driver.createOutputTopic(topic, { key: this.serdes.key, value }).readRecords();
    return records.flatMap(({ key, value: taken, timestamp }) =>
      taken === null ? [] : [{ key, value: taken, afterMs: timestamp - requestedAt }],
    );
  }

  /** Nothing comes for a while of the wall clock. */
  idle(ms: number): void {
    this.#driver.advanceWallClockTime(ms);
  }

  /** Keys and bytes of what was written to a topic since the last call. */
  takeBytes(topic: string): { key: string; bytes: string }[] {
    return this.#driver
      .takeProduced()
      .filter((record) => record.topic === topic)
      .map(({ key, value }) => ({ key: String(key), bytes: String(value?.toString('latin1')) }));
  }
}
