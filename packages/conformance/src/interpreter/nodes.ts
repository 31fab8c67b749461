import type {
  CogroupedKStream,
  GlobalKTable,
  KGroupedStream,
  KGroupedTable,
  KStream,
  KTable,
  SessionWindowedKStream,
  TimeWindowedKStream,
} from '@millrace/stream-core';
import type { WindowSpec } from '../language/ops.ts';
import type { Type } from '../types/type.ts';
import type { Cell } from '../types/value.ts';

/** The static types of a node. */
export interface Types {
  readonly key: Type;
  readonly value: Type;
}

export interface StreamNode extends Types {
  readonly kind: 'stream';
  readonly stream: KStream<Cell, Cell>;
}

export interface TableNode extends Types {
  readonly kind: 'table';
  readonly table: KTable<Cell, Cell>;
}

export interface GlobalTableNode extends Types {
  readonly kind: 'global table';
  readonly table: GlobalKTable<Cell, Cell>;
}

interface GroupedStreamNode extends Types {
  readonly kind: 'grouped stream';
  readonly grouped: KGroupedStream<Cell, Cell>;
}

interface GroupedTableNode extends Types {
  readonly kind: 'grouped table';
  readonly grouped: KGroupedTable<Cell, Cell>;
}

export interface WindowedStreamNode extends Types {
  readonly kind: 'windowed stream';
  readonly windowed: TimeWindowedKStream<Cell, Cell>;
  readonly window: WindowSpec;
}

export interface SessionStreamNode extends Types {
  readonly kind: 'session stream';
  readonly windowed: SessionWindowedKStream<Cell, Cell>;
  readonly window: WindowSpec;
}

/** A cogroup, whose aggregators need to know the type of the aggregate, which the op behind it names. */
export interface CogroupedNode {
  readonly kind: 'cogrouped';
  readonly key: Type;
  readonly window: WindowSpec | null;
  cogrouped(aggregate: Type): CogroupedKStream<Cell, Cell>;
}

/** A node of the plain Topology, which has nothing but its name. */
interface PlainNode extends Types {
  readonly kind: 'plain node';
}

/** What an op makes, and later ops name. */
export type Node =
  | StreamNode
  | TableNode
  | GroupedStreamNode
  | GroupedTableNode
  | WindowedStreamNode
  | SessionStreamNode
  | CogroupedNode
  | GlobalTableNode
  | PlainNode;
