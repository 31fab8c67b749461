import type { KTable, Windowed } from '@millrace/stream-core';
import { StreamsBuilder, Topology } from '@millrace/stream-core';
import type { CaseConfig } from '../language/case.ts';
import { CaseError } from '../language/decode.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';
import type { Node, StreamNode, TableNode, Types } from './nodes.ts';
import { topologyOptimization } from './topology-optimization.ts';

/** A window store of the case: how much of it the answer may list, depends on its retention. */
export interface WindowRetention {
  /** Null for a generated name. */
  readonly store: string | null;
  readonly retentionMs: number;
}

/** A topology while it is built from the ops of a case. */
export class Build {
  readonly config: CaseConfig;
  readonly builder: StreamsBuilder;
  /** The types of the topics that sources read. */
  readonly inputs: Map<string, Types> = new Map();
  readonly retentions: WindowRetention[] = [];
  readonly #nodes = new Map<string, Node>();
  readonly #storeValues = new Map<string, Type>();
  #plain: Topology | null = null;

  constructor(config: CaseConfig) {
    this.config = config;
    this.builder = new StreamsBuilder({
      topologyOptimization: topologyOptimization(config),
      ensureExplicitInternalResourceNaming: config['ensure.explicit.internal.resource.naming'] === 'true',
    });
  }

  /** The plain Topology: a case uses either it or the builder. */
  get plain(): Topology {
    this.#plain ??= new Topology();
    return this.#plain;
  }

  /** Remembers a node under its id; a node that nobody names may have none. */
  add(id: string | null, node: Node): void {
    if (id === null) return;
    if (this.#nodes.has(id)) throw new CaseError(`two nodes are called ${id}`);
    this.#nodes.set(id, node);
  }

  /** Remembers a windowed table: to the interpreter a windowed key is a key like others. */
  addWindowed(id: string | null, table: Types & { readonly table: KTable<Windowed<Cell>, Cell> }): void {
    this.add(id, { ...table, kind: 'table', table: table.table as KTable<Cell, Cell> });
  }

  node(id: string): Node {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new CaseError(`there is no node ${id}`);
    return node;
  }

  stream(id: string): StreamNode {
    const node = this.node(id);
    return node.kind === 'stream' ? node : wrongKind(id, node, 'a stream');
  }

  table(id: string): TableNode {
    const node = this.node(id);
    return node.kind === 'table' ? node : wrongKind(id, node, 'a table');
  }

  /** Remembers the type of the values in a store, for processors that show them. */
  addStore(name: string, value: Type): void {
    this.#storeValues.set(name, value);
  }

  /** The type of the values in a store. Called when the topology is complete. */
  readonly storeValue = (name: string): Type => {
    const type = this.#storeValues.get(name);
    if (type === undefined) throw new CaseError(`there is no store ${name}`);
    return type;
  };

  finish(): Topology {
    return this.#plain ?? this.builder.build();
  }
}

/** @throws CaseError: the op does not exist on such a node */
export const wrongKind = (id: string, node: Node, wanted: string): never => {
  throw new CaseError(`${wanted} is needed, but ${id} is a ${node.kind}`);
};
