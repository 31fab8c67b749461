import { assert } from '../../common/assert.ts';
import type { SerdeSlot } from '../../serdes/serde-slot.ts';
import { defaultKey, defaultValue } from '../../serdes/serde-slot.ts';
import { findUpwards } from './find-upwards.ts';
import type { GraphNode } from './graph-node.ts';
import { RepartitionNode } from './repartition-node.ts';

/** What a repartition is made of that takes the place of several. */
export interface MergedRepartition {
  /** The topic of the first one. */
  readonly topic: string;
  readonly key: SerdeSlot<unknown>;
  readonly value: SerdeSlot<unknown>;
}

export interface MergeOptions {
  /** Makes the node of a repartition that takes the place of several. */
  readonly create: (parts: MergedRepartition) => RepartitionNode;
  /** Told of every node whose place another one takes. */
  readonly onReplaced: (replaced: string, replacement: string) => void;
}

/**
 * Finds the repartitions that lie behind one change of keys, with nothing but filters and the like in between, while a
 * plan is made; and then puts one repartition in their place, right behind that change.
 *
 * @see `InternalStreamsBuilder.mergeRepartitionTopics`
 */
export class RepartitionMerge {
  readonly #byKeyChanger = new Map<GraphNode, Set<RepartitionNode>>();
  readonly #merges = new Set<GraphNode>();

  /** A node was added to the plan, behind its parent. */
  added(node: GraphNode): void {
    const { traits } = node;
    if (traits.keyChanging === true) {
      this.#byKeyChanger.set(node, new Set());
    } else if (node instanceof RepartitionNode && node.parts.isMergeable) {
      const keyChanger = keyChangerOf(node);
      if (keyChanger !== null) this.#byKeyChanger.get(keyChanger)?.add(node);
    } else if (traits.merge === true) {
      this.#merges.add(node);
    }
  }

  apply({ create, onReplaced }: MergeOptions): void {
    this.#moveBelowMerges();
    for (const [keyChanger, repartitions] of this.#byKeyChanger) {
      const [first] = repartitions;
      if (first === undefined) continue;
      const merged = create({ topic: first.parts.topic, ...serdesOf(repartitions) });
      // It has to be written before everything that comes to lie behind it.
      merged.buildPriority = keyChanger.buildPriority;
      for (const repartition of repartitions) {
        replace(repartition, keyChanger, merged);
        onReplaced(repartition.name, merged.name);
      }
      keyChanger.addChild(merged);
    }
  }

  /** Repartitions that all lie behind a merge of several changes of keys are put behind the merge. */
  #moveBelowMerges(): void {
    const moved = new Map<GraphNode, GraphNode[]>();
    for (const merge of this.#merges) {
      const keyChangers = [...this.#byKeyChanger]
        .filter(([, repartitions]) => [...repartitions].every((repartition) => isBehind(repartition, merge)))
        .map(([keyChanger]) => keyChanger)
        .filter((keyChanger) => isBehind(merge, keyChanger));
      moved.set(merge, keyChangers);
    }
    for (const [merge, keyChangers] of moved) {
      const repartitions = keyChangers.flatMap((keyChanger) => [...(this.#byKeyChanger.get(keyChanger) ?? [])]);
      this.#byKeyChanger.set(merge, new Set(repartitions));
    }
    for (const keyChanger of [...moved.values()].flat()) this.#byKeyChanger.delete(keyChanger);
  }
}

/** The change of keys above a repartition, unless values change in between: they could not be written before. */
const keyChangerOf = (node: GraphNode): GraphNode | null => {
  const changer = findUpwards(node, ({ traits }) => traits.keyChanging === true || traits.valueChanging === true);
  const keyChanger = findUpwards(node, ({ traits }) => traits.keyChanging === true);
  return changer === keyChanger ? keyChanger : null;
};

/** Whether one lies below the other, or is its child. */
const isBehind = (node: GraphNode, above: GraphNode): boolean =>
  findUpwards(node, ({ parents }) => parents.has(above)) !== null;

/** The first serdes that were given; where none was, the defaults. */
const serdesOf = (repartitions: ReadonlySet<RepartitionNode>): Omit<MergedRepartition, 'topic'> => {
  const parts = [...repartitions].map((repartition) => repartition.parts);
  return {
    key: parts.find(({ key }) => key !== defaultKey)?.key ?? defaultKey,
    value: parts.find(({ value }) => value !== defaultValue)?.value ?? defaultValue,
  };
};

/** What led to the repartition now comes behind the merged one, and what followed it follows directly. */
const replace = (repartition: RepartitionNode, keyChanger: GraphNode, merged: RepartitionNode): void => {
  const firstStep = findUpwards(repartition, ({ parents }) => parents.has(keyChanger));
  assert(firstStep !== null, `${repartition.name} lies behind ${keyChanger.name}`);
  merged.addChild(firstStep);
  keyChanger.removeChild(firstStep);
  const parents = [...repartition.parents];
  for (const child of [...repartition.children]) {
    for (const parent of parents) parent.addChild(child);
  }
  for (const parent of parents) parent.removeChild(repartition);
  for (const child of [...repartition.children]) repartition.removeChild(child);
};
