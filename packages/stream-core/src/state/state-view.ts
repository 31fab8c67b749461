/**
 * How somebody looks at the rows of a task. `own`: as the task itself, which sees everything and fills caches.
 * `read_committed`: what is committed, and nothing else. `read_uncommitted`: everything, without a trace.
 */
export type ViewMode = 'own' | 'read_committed' | 'read_uncommitted';

/** The way in which the rows of a task are looked at now. Reads are synchronous, so that one after another can change it. */
export class StateView {
  mode: ViewMode = 'own';

  /** Reads in a mode. What is returned must not be lazy. */
  as<T>(mode: ViewMode, read: () => T): T {
    const before = this.mode;
    this.mode = mode;
    try {
      return read();
    } finally {
      this.mode = before;
    }
  }
}
