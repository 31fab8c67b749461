/** An update of a table: what a key had and what it has now. Null on either side: there was, or is, no entry. */
export interface Change<V> {
  readonly newValue: V | null;
  /** Null also where nobody downstream asked for old values. */
  readonly oldValue: V | null;
  /** False for an update that came behind a later one of its key, which only versioned tables can tell. */
  readonly isLatest: boolean;
}
