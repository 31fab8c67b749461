import type { Problem } from '../../errors/streams-error.ts';
import { TopologyError } from '../../errors/streams-error.ts';

/**
 * What a topology makes on the broker or on disk under a generated name. Such a name changes when the topology does, and
 * then what is stored under it is lost.
 *
 * @see KIP-1111, `org.apache.kafka.streams.processor.internals.InternalResourcesNaming`
 */
export class UnnamedResources {
  readonly #problems: Problem[] = [];

  addStore(name: string, options: { readonly logging?: boolean | undefined } = {}): void {
    const problem =
      options.logging === false ? 'it has a generated name' : 'it and its changelog have a generated name';
    this.#problems.push({
      where: `store ${name}`,
      problem,
      remedy: 'give `materialized` (of a join: `storeName`) a name',
    });
  }

  addRepartitionTopic(topic: string): void {
    const problem = 'it has a generated name';
    this.#problems.push({
      where: `repartition topic ${topic}`,
      problem,
      remedy: 'give the operator or its group a name',
    });
  }

  /** @throws TopologyError when there is any */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new TopologyError(this.#problems);
  }
}
