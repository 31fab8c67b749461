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

/** Gets the dirty rows of a store in the order of their last write. */
export type FlushDirty = (entries: readonly CacheEntry[]) => void;

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
  readonly #dirty = new Set<string>();
  readonly #owner: RecordCache;
  readonly #flushDirty: FlushDirty;
  sizeBytes = 0;

  constructor(owner: RecordCache, flushDirty: FlushDirty) {
    this.#owner = owner;
    this.#flushDirty = flushDirty;
  }

  get isEmpty(): boolean {
    return this.#lru.size === 0;
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
    const sizeBytes =
      entry.key.length + perNodeBytes + perEntryBytes + (entry.value?.length ?? 0) + contextBytes(entry.context);
    const before = this.sizeBytes;
    this.#remove(name);
    const node: Node = { ...entry, dirty, sizeBytes };
    this.#lru.set(name, node);
    this.#sorted.set(name, node);
    this.sizeBytes += sizeBytes;
    if (dirty) {
      this.#dirty.delete(name);
      this.#dirty.add(name);
    }
    this.#owner.resized(this.sizeBytes - before);
    this.#owner.evict(this);
  }

  /** Entries in key order, as they are now. */
  range(from: string | null, to: string | null, reverse: boolean): CacheEntry[] {
    const names = this.#sorted.keys(from, to);
    if (reverse) names.reverse();
    return names.map((name) => this.#sorted.get(name) as Node);
  }

  /** Hands all dirty rows on; they stay cached as clean ones, deleted rows leave. */
  flush(): void {
    this.#flush(null);
  }

  evictOldest(): void {
    const [name, node] = this.#lru.entries().next().value as [string, Node];
    const before = this.sizeBytes;
    this.#remove(name);
    this.#owner.resized(this.sizeBytes - before);
    if (node.dirty) this.#flush({ name, node });
  }

  clear(): void {
    this.#owner.resized(-this.sizeBytes);
    this.sizeBytes = 0;
    this.#lru.clear();
    this.#sorted.clear();
    this.#dirty.clear();
  }

  #flush(evicted: { readonly name: string; readonly node: Node } | null): void {
    if (this.#dirty.size === 0) return;
    const entries: CacheEntry[] = [];
    const deleted: string[] = [];
    if (evicted !== null) {
      entries.push(evicted.node);
      this.#dirty.delete(evicted.name);
    }
    for (const name of this.#dirty) {
      const node = this.#lru.get(name) as Node;
      entries.push(node);
      node.dirty = false;
      if (node.value === null) deleted.push(name);
    }
    this.#dirty.clear();
    this.#flushDirty(entries);
    const before = this.sizeBytes;
    for (const name of deleted) {
      this.#remove(name);
      this.#dirty.delete(name);
    }
    this.#owner.resized(this.sizeBytes - before);
  }

  #remove(name: string): void {
    const node = this.#lru.get(name);
    if (node === undefined) return;
    this.#lru.delete(name);
    this.#sorted.delete(name);
    this.sizeBytes -= node.sizeBytes;
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

  /** Adds the cache of a store. */
  open(flushDirty: FlushDirty): StoreCache {
    return new StoreCache(this, flushDirty);
  }

  resized(deltaBytes: number): void {
    this.#sizeBytes += deltaBytes;
  }

  /** Evicts from the store that grew until the whole fits again. */
  evict(store: StoreCache): void {
    while (this.#sizeBytes > this.#maxBytes && !store.isEmpty) store.evictOldest();
  }
}
