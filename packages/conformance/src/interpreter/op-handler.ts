import type { Variant } from '../language/decode.ts';
import type { Op, OpName } from '../language/ops.ts';
import type { Build } from './build.ts';

/** The op of that name. */
export type OpOf<Name extends OpName> = Variant<Op, 'op', Name>;

/**
 * Carries out one op: calls the library, and adds the node that the op makes. What the library does not have is given
 * up with `unsupported`, in the handler that would use it.
 */
export type OpHandler<Name extends OpName> = (op: OpOf<Name>, build: Build) => void;

/** Handlers of some ops. */
export type OpHandlers<Name extends OpName> = { readonly [N in Name]: OpHandler<N> };
