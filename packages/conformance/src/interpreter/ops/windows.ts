import type { SessionWindows, SlidingWindows, TimeWindows, UnlimitedWindows } from '@millrace/stream-core';
import { sessionWindows, slidingWindows, timeWindows, unlimitedWindows } from '@millrace/stream-core';
import type { WindowSpec } from '../../language/ops.ts';
import type { Type } from '../../types/type.ts';
import { sessionWindowedType, timeWindowedType } from '../../types/type.ts';
import { wrongKind } from '../build.ts';
import type { OpHandlers } from '../op-handler.ts';
import { given } from '../options.ts';

/** How long a table of those windows can be read, when the case does not say. */
export const defaultRetentionMs = (window: WindowSpec): number => {
  switch (window.type) {
    case 'tumbling':
    case 'hopping':
      return window.sizeMs + (window.graceMs ?? 0);
    case 'sliding':
      return 2 * window.diffMs + (window.graceMs ?? 0);
    case 'session':
      return window.gapMs + (window.graceMs ?? 0);
    case 'unlimited':
      return Number.MAX_SAFE_INTEGER;
  }
};

/** The type of a key with such a window. */
export const windowedKey = (inner: Type, window: WindowSpec): Type => {
  switch (window.type) {
    case 'tumbling':
    case 'hopping':
      return timeWindowedType(inner, window.sizeMs);
    case 'sliding':
      return timeWindowedType(inner, window.diffMs);
    case 'unlimited':
      return timeWindowedType(inner, Number.MAX_SAFE_INTEGER);
    case 'session':
      return sessionWindowedType(inner);
  }
};

/** The windows of the library. */
export const windowsOf = (window: WindowSpec): TimeWindows | SlidingWindows | UnlimitedWindows | SessionWindows => {
  switch (window.type) {
    case 'tumbling':
    case 'hopping': {
      const { sizeMs, advanceMs, graceMs } = window;
      return timeWindows({ size: sizeMs, ...given({ advanceBy: advanceMs, grace: graceMs }) });
    }
    case 'sliding':
      return slidingWindows({ timeDifference: window.diffMs, ...given({ grace: window.graceMs }) });
    case 'session':
      return sessionWindows({ inactivityGap: window.gapMs, ...given({ grace: window.graceMs }) });
    case 'unlimited':
      return unlimitedWindows({ start: window.startMs });
  }
};

export const windowedOps: OpHandlers<'windowedBy'> = {
  windowedBy: (op, build) => {
    const from = build.node(op.from);
    if (from.kind === 'cogrouped') {
      build.add(op.id, { ...from, window: op.window });
      return;
    }
    if (from.kind !== 'grouped stream') return wrongKind(op.from, from, 'a grouped stream');
    const { window, emit } = op;
    const { key, value, grouped } = from;
    const windows = windowsOf(window);
    if (windows.kind === 'session') {
      const windowed = grouped.windowedBy(windows);
      if (emit !== null) windowed.emitStrategy(emit);
      build.add(op.id, { kind: 'session stream', windowed, window, key, value });
      return;
    }
    const windowed = grouped.windowedBy(windows);
    if (emit !== null) windowed.emitStrategy(emit);
    build.add(op.id, { kind: 'windowed stream', windowed, window, key, value });
  },
};
