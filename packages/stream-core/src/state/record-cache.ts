import type { RecordContext } from '../common/record-context.ts';
import { SortedMap } from '../common/sorted-map.ts';

/** A cached write or read of one row. */
export interface CacheEntry {
  readonly segment: number;
  readonly key: Buffer;
  readonly value: Buffer | null;
  /** Of the record that wrote it; null for a row that was only read. */
  readonly context: RecordContext | null;
}

interface Node extends CacheEntry {
  dirty: boolean;
  readonly sizeBytes: number;
}

/** Writes a dirty row to the store behind the cache. What it throws is about this row alone. */
export type WriteDirty = (entry: CacheEntry) => void;

interface NamedNode {
  readonly name: string;
  readonly node: Node;
}

// Kafka Streams' own estimates: they decide when something is evicted, and an eviction shows in the output.
const perNodeBytes = 24;
const perEntryBytes = 1;
const perContextBytes = 20;

const contextBytes = (context: RecordContext | null): number => {
  if (context === null) return perContextBytes;
  let size = perContextBytes + (context.topic?.length ?? 0);
  for (const { key, value } of context.headers) size += key.length + (value?.length ?? 0);
  return size;
};

/**
 * The part of the record cache that belongs to one store of one task: the least recently used row goes first, and a
 * dirty one that goes takes all other dirty rows of the store along.
 *
 * @see `org.apache.kafka.streams.state.internals.NamedCache`
 */
export class StoreCache {
  /** In the order of use, the least recently used first. */
  readonly #lru = new Map<string, Node>();
  readonly #sorted = new SortedMap<Node>();
  /** In the order of their last write. */
  readonly #dirty = new Set<string>();
  /** How many rows of a segment are cached. */
  readonly #segments = new Map<number, number>();
  readonly #owner: RecordCache;
  readonly #writeDirty: WriteDirty;
  readonly #keyPrefixBytes: number;
  sizeBytes = 0;

  constructor(owner: RecordCache, writeDirty: WriteDirty, keyPrefixBytes: number) {
    this.#owner = owner;
    this.#writeDirty = writeDirty;
    this.#keyPrefixBytes = keyPrefixBytes;
  }

  get isEmpty(): boolean {
    return this.#lru.size === 0;
  }

  /** The segments from `first` to `last` that rows are cached of, in no order. */
  segments(first: number, last: number): number[] {
    return [...this.#segments.keys()].filter((id) => id >= first && id <= last);
  }

  /** The cached row, which counts as a use; undefined when the row is not cached. */
  get(name: string): CacheEntry | undefined {
    const node = this.#lru.get(name);
    if (node === undefined) return undefined;
    this.#lru.delete(name);
    this.#lru.set(name, node);
    return node;
  }

  /** Caches a row and evicts what then is too much. */
  put(name: string, entry: CacheEntry, dirty: boolean): void {
    const keyBytes = this.#keyPrefixBytes + entry.key.length;
    const sizeBytes =
      keyBytes + perNodeBytes + perEntryBytes + (entry.value?.length ?? 0) + contextBytes(entry.context);
    this.#insert(name, { ...entry, dirty, sizeBytes });
    if (dirty) {
      this.#dirty.delete(name);
      this.#dirty.add(name);
    }
    this.#owner.evict(this);
  }

  /** Entries in key order, as they are now. */
  range(from: string | null, to: string | null, reverse: boolean): CacheEntry[] {
    const names = this.#sorted.keys(from, to);
    if (reverse) names.reverse();
    return names.map((name) => this.#sorted.get(name) as Node);
  }

  /** Writes all dirty rows; they stay cached as clean ones, deleted rows leave. @throws what a write throws */
  flush(): void {
    this.#flush(null);
  }

  evictOldest(): void {
    const [name, node] = this.#lru.entries().next().value as [string, Node];
    this.#remove(name);
    if (node.dirty) this.#flush({ name, node });
  }

  clear(): void {
    this.#resize(-this.sizeBytes);
    this.#lru.clear();
    this.#sorted.clear();
    this.#dirty.clear();
    this.#segments.clear();
  }

  /** The dirty rows count as clean from the beginning: a write may come back to this cache, to write or to evict. */
  #flush(evicted: NamedNode | null): void {
    if (this.#dirty.size === 0) return;
    if (evicted !== null) this.#dirty.delete(evicted.name);
    const cached = [...this.#dirty].map((name) => ({ name, node: this.#lru.get(name) as Node }));
    for (const { node } of cached) node.dirty = false;
    this.#dirty.clear();
    const rows: NamedNode[] = evicted === null ? cached : [evicted, ...cached];
    let tried = 0;
    try {
      for (; tried < rows.length; tried++) this.#writeDirty((rows[tried] as NamedNode).node);
    } finally {
      // Who handles the error of a row decides about that row alone: those behind it are still to be written.
      this.#takeBack(rows.slice(tried + 1));
      for (const { name, node } of rows.slice(0, tried + 1)) {
        if (node.value !== null || node === evicted?.node) continue;
        this.#remove(name);
        this.#dirty.delete(name);
      }
    }
  }

  /** Makes rows dirty again, in front of those that became so meanwhile; what was put meanwhile is newer than they are. */
  #takeBack(rows: readonly NamedNode[]): void {
    const newer = new Set(this.#dirty);
    this.#dirty.clear();
    for (const { name, node } of rows) {
      if (newer.has(name)) continue;
      node.dirty = true;
      if (this.#lru.get(name) !== node) this.#insert(name, node);
      this.#dirty.add(name);
    }
    for (const name of newer) this.#dirty.add(name);
  }

  /** Caches a row as the one used last, in place of what was cached under its name. */
  #insert(name: string, node: Node): void {
    this.#remove(name);
    this.#lru.set(name, node);
    this.#sorted.set(name, node);
    this.#segments.set(node.segment, (this.#segments.get(node.segment) ?? 0) + 1);
    this.#resize(node.sizeBytes);
  }

  #remove(name: string): void {
    const node = this.#lru.get(name);
    if (node === undefined) return;
    this.#lru.delete(name);
    this.#sorted.delete(name);
    const left = (this.#segments.get(node.segment) as number) - 1;
    if (left === 0) this.#segments.delete(node.segment);
    else this.#segments.set(node.segment, left);
    this.#resize(-node.sizeBytes);
  }

  #resize(deltaBytes: number): void {
    this.sizeBytes += deltaBytes;
    this.#owner.resized(deltaBytes);
  }
}

/**
 * Kafka Streams' record cache: one budget in bytes over the stores of a stream thread. It is part of the semantics:
 * updates of a key between two flushes become one.
 *
 * @see `org.apache.kafka.streams.state.internals.ThreadCache`
 */
export class RecordCache {
  readonly #maxBytes: number;
  #sizeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Adds the cache of a store.
   *
   * @param keyPrefixBytes what a key takes besides its own bytes: the number of the segment, in stores that forget by time
   */
  open(writeDirty: WriteDirty, keyPrefixBytes = 0): StoreCache {
    return new StoreCache(this, writeDirty, keyPrefixBytes);
  }

  resized(deltaBytes: number): void {
    this.#sizeBytes += deltaBytes;
  }

  /** Evicts from the store that grew until the whole fits again. */
  evict(store: StoreCache): void {
    while (this.#sizeBytes > this.#maxBytes && !store.isEmpty) store.evictOldest();
  }
}
