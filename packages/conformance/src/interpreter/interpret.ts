import type { Topology } from '@millrace/stream-core';
import type { Case } from '../language/case.ts';
import type { Op, OpName } from '../language/ops.ts';
import type { WindowRetention } from './build.ts';
import { Build } from './build.ts';
import type { Types } from './nodes.ts';
import type { OpHandler, OpHandlers } from './op-handler.ts';
import { aggregationOps } from './ops/aggregations.ts';
import { joinOps } from './ops/joins.ts';
import { processorOps } from './ops/processors.ts';
import { sourceOps } from './ops/sources.ts';
import { statelessOps } from './ops/stateless.ts';

const handlers: OpHandlers<OpName> = {
  ...sourceOps,
  ...statelessOps,
  ...aggregationOps,
  ...joinOps,
  ...processorOps,
};

/** A topology that was built from a case. */
export interface Interpreted {
  readonly topology: Topology;
  /** The types of the topics that the input goes to. */
  readonly inputs: ReadonlyMap<string, Types>;
  readonly retentions: readonly WindowRetention[];
}

/**
 * Builds the topology of a case, op by op.
 *
 * @throws UnsupportedError, CaseError, and whatever the library throws
 */
export const interpret = ({ config, topology }: Case): Interpreted => {
  const build = new Build(config);
  for (const op of topology) carryOut(op, build);
  return { topology: build.finish(), inputs: build.inputs, retentions: build.retentions };
};

const carryOut = (op: Op, build: Build): void => (handlers[op.op] as OpHandler<OpName>)(op as never, build);
