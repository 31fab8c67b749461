/** A window of time in epoch milliseconds. A time window excludes its `end`, a session or sliding window includes it. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** A key together with the window that a value belongs to. */
export interface Windowed<K> {
  readonly key: K;
  readonly window: Window;
}
