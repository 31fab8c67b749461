import { timeWindows } from '@millrace/stream-core';
import type { WindowSpec } from '../../language/ops.ts';
import { wrongKind } from '../build.ts';
import type { OpHandlers } from '../op-handler.ts';
import { given } from '../options.ts';
import { unsupported } from '../unsupported-error.ts';

/** How long the windows of a table are, and how late a record may come for them. */
export const windowSizes = (window: WindowSpec): { readonly sizeMs: number; readonly graceMs: number } => {
  switch (window.type) {
    case 'tumbling':
    case 'hopping':
      return { sizeMs: window.sizeMs, graceMs: window.graceMs ?? 0 };
    default:
      return unsupportedWindow(window);
  }
};

const unsupportedWindow = ({ type }: WindowSpec): never => unsupported(`${type} windows`);

export const windowedOps: OpHandlers<'windowedBy'> = {
  windowedBy: (op, build) => {
    const from = build.node(op.from);
    if (from.kind !== 'grouped stream') return wrongKind(op.from, from, 'a grouped stream');
    const { window } = op;
    if (window.type !== 'tumbling' && window.type !== 'hopping') return unsupportedWindow(window);
    if (op.emit === 'onWindowClose') return unsupported('emit strategies');
    const windows = timeWindows({
      size: window.sizeMs,
      ...given({ advanceBy: window.advanceMs, grace: window.graceMs }),
    });
    const { key, value } = from;
    build.add(op.id, { kind: 'windowed stream', windowed: from.grouped.windowedBy(windows), window, key, value });
  },
};
