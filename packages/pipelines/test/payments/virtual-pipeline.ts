import type { Serde } from '@millrace/stream-core';
import { logAndContinue } from '@millrace/stream-core';
import { avroSerdes, inMemorySchemaSource } from '@millrace/stream-core/avro';
import { TopologyTestDriver } from '@millrace/stream-core/testing';
import { paymentsApplications } from '../../src/payments/applications.ts';
import type { BookRecord, BookSource } from '../../src/payments/books/topic-reader.ts';
import { paymentsConfig } from '../../src/payments/config.ts';
import type { PaymentsSerdes } from '../../src/payments/messages.ts';
import { paymentsSerdes } from '../../src/payments/messages.ts';
import type { OutsideWorld } from '../../src/payments/simulator/outside-world.ts';
import { topicNames } from '../../src/payments/topics.ts';
import { hmacKey } from './topology-deps.ts';

const { requests, fraud, revenue, core, confirmations, commands } = topicNames;

/** Who reads what somebody else writes. */
const readers: Readonly<Record<string, readonly string[]>> = {
  [requests]: ['payment-orchestrator-cg', 'fraud-management-cg', 'revenue-management-cg', 'mpesa-core-cg'],
  [fraud]: ['payment-orchestrator-cg'],
  [revenue]: ['payment-orchestrator-cg'],
  [core]: ['payment-orchestrator-cg'],
  [confirmations]: ['revenue-management-cg'],
  [commands]: ['mpesa-core-cg'],
};

/**
 * The whole pipeline on test drivers, one an application, in virtual time and in one order: what one writes, the others
 * get at once. All that was written can be read afterwards.
 */
export class VirtualPipeline {
  readonly #source = inMemorySchemaSource();
  readonly #topics = new Map<string, BookRecord[]>();
  readonly #drivers: ReadonlyMap<string, TopologyTestDriver>;
  readonly serdes: PaymentsSerdes = paymentsSerdes(avroSerdes({ source: this.#source }));

  constructor(world: OutsideWorld) {
    const config = paymentsConfig({ hmacKey });
    const started = paymentsApplications('builtin').map(({ applicationId, topology }) => {
      const deps = { serdes: this.serdes, config, world };
      const settings = { applicationId, deserializationExceptionHandler: logAndContinue };
      return [applicationId, new TopologyTestDriver(topology(deps), settings)] as const;
    });
    this.#drivers = new Map(started);
  }

  /** Writes a record, and runs everything that it causes. */
  send(topic: string, record: BookRecord): void {
    this.#note(topic, record);
    const received = readers[topic] ?? [];
    for (const name of received) this.#drivers.get(name)?.pipe({ topic, ...record });
    this.#pump();
  }

  /** Nothing is written for a while of the wall clock. */
  idle(ms: number): void {
    for (const driver of this.#drivers.values()) driver.advanceWallClockTime(ms);
    this.#pump();
  }

  /** Bytes for a topic. */
  encode<V>(serde: Serde<V>, topic: string, value: V): Buffer {
    // The schemas are at hand: nothing has to be waited for.
    void serde.prepareWrite?.(topic);
    return Buffer.from(serde.serialize(value, topic, []));
  }

  /** Everything that was written. */
  source(): BookSource {
    return {
      records: (topic) => this.#topics.get(topic) ?? [],
      schemaById: (id) => this.#source.schemaById(id),
    };
  }

  #pump(): void {
    for (let isQuiet = false; !isQuiet; ) {
      isQuiet = true;
      for (const [writer, driver] of this.#drivers) {
        for (const record of driver.takeProduced()) {
          isQuiet = false;
          this.#note(record.topic, record);
          const others = (readers[record.topic] ?? []).filter((name) => name !== writer);
          for (const name of others) this.#drivers.get(name)?.pipe(record);
        }
      }
    }
  }

  #note(topic: string, record: BookRecord): void {
    const records = this.#topics.get(topic);
    if (records === undefined) this.#topics.set(topic, [record]);
    else records.push(record);
  }
}
