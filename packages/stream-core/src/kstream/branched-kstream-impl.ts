import { passThrough } from '../processor/pass-through.ts';
import type { Branched, BranchedKStream, KStream } from './api.ts';
import type { DslContext, StreamTraits } from './dsl-context.ts';
import { nameOr, nextName } from './dsl-context.ts';
import type { Predicate } from './functions.ts';
import { GraphNode } from './graph/graph-node.ts';
import { writeProcessor } from './graph/write-nodes.ts';
import type { BranchTarget } from './operators/branch.ts';
import { branch } from './operators/branch.ts';
import type { Named } from './options/named.ts';

export class BranchedKStreamImpl<K, V> implements BranchedKStream<K, V> {
  readonly #context: DslContext;
  readonly #source: StreamTraits<K, V>;
  readonly #name: string;
  readonly #node: GraphNode;
  readonly #targets: BranchTarget<K, V>[] = [];
  readonly #branches = new Map<string, KStream<K, V>>();

  constructor(context: DslContext, source: StreamTraits<K, V>, options: Named) {
    this.#context = context;
    this.#source = source;
    const name = nameOr(context, options.name, 'KSTREAM-BRANCH-');
    this.#name = name;
    const targets = this.#targets;
    this.#node = new GraphNode(name, (graph, parents) =>
      writeProcessor(graph, { name, operator: branch(targets), parents }),
    );
    context.plan.add(this.#node, [source.node]);
  }

  branch(predicate: Predicate<K, V>, options: Branched<K, V> = {}): this {
    this.#add(predicate, this.#targets.length + 1, options);
    return this;
  }

  defaultBranch(options: Branched<K, V> = {}): ReadonlyMap<string, KStream<K, V>> {
    this.#add(null, 0, options);
    return this.#branches;
  }

  noDefaultBranch(): ReadonlyMap<string, KStream<K, V>> {
    return this.#branches;
  }

  #add(predicate: Predicate<K, V> | null, number: number, options: Branched<K, V>): void {
    const child = this.#name + (options.name ?? number);
    this.#targets.push({ child, predicate });
    nextName(this.#context, child);
    const node = new GraphNode(child, (graph, parents) =>
      writeProcessor(graph, { name: child, operator: passThrough<K, V>(), parents }),
    );
    this.#context.plan.add(node, [this.#node]);
    this.#keep(child, this.#context.stream({ ...this.#source, name: child, node }), options);
  }

  #keep(name: string, stream: KStream<K, V>, { withConsumer, withFunction }: Branched<K, V>): void {
    if (withFunction !== undefined) {
      const result = withFunction(stream);
      if (result !== null) this.#branches.set(name, result);
    } else if (withConsumer === undefined) {
      this.#branches.set(name, stream);
    } else {
      withConsumer(stream);
    }
  }
}
