import type { MemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import type { Chance } from '../../src/common/chance.ts';
import { serdes } from '../../src/serdes/serdes.ts';
import { inputTopics } from './crash-topology.ts';

const keys = 200;
const stepMs = 40;
const lateMs = 20_000;

/** Writes random records whose event time goes on, some of them late. */
export class CrashLoad {
  readonly #broker: MemoryBroker;
  readonly #chance: Chance;
  #time = 1_000_000;
  #written = 0;

  constructor(broker: MemoryBroker, chance: Chance) {
    this.#broker = broker;
    this.#chance = chance;
  }

  /** How many records were written. */
  get written(): number {
    return this.#written;
  }

  write(count: number): void {
    for (let index = 0; index < count; index++) {
      const chance = this.#chance;
      const topic = inputTopics[chance() < 0.5 ? 0 : 1];
      this.#time += Math.floor(chance() * stepMs);
      const timestamp = chance() < 0.1 ? this.#time - Math.floor(chance() * lateMs) : this.#time;
      const key = serdes.string().serialize(`key-${Math.floor(chance() * keys)}`, topic, []);
      const value = serdes.long().serialize(Math.floor(chance() * 1_000), topic, []);
      this.#broker.produce(topic, [{ key, value, timestamp }]);
      this.#written++;
    }
  }
}
