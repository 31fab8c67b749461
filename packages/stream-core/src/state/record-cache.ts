import type { Link } from '../common/linked-list.ts';
import { LinkedList, linkOf } from '../common/linked-list.ts';
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

/** A row of the cache with its place in the order of use and, while it is dirty, in the order of writes. */
class Node {
  readonly name: string;
  readonly use: Link<Node>;
  readonly write: Link<Node>;
  entry: CacheEntry;
  isDirty = false;
  sizeBytes: number;

  constructor(name: string, entry: CacheEntry, sizeBytes: number) {
    this.name = name;
    this.use = linkOf<Node>(this);
    this.write = linkOf<Node>(this);
    this.entry = entry;
    this.sizeBytes = sizeBytes;
  }
}

/** Writes a dirty row to the store behind the cache. What it throws is about this row alone. */
export type WriteDirty = (entry: CacheEntry) => void;

/** A row as it was when it was to be written: what is put meanwhile is another one. */
interface Written {
  readonly node: Node;
  readonly entry: CacheEntry;
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
  readonly #nodes = new SortedMap<Node>();
  /** The least recently used first. */
  readonly #used = new LinkedList<Node>();
  /** Those that are dirty, in the order of their last write. */
  readonly #dirty = new LinkedList<Node>();
  /** How many rows of a segment are cached. */
  readonly #segments = new Map<number, number>();
  readonly #owner: RecordCache;
  readonly #writeDirty: WriteDirty;
  readonly #keyPrefixBytes: number;
  /** The row that was asked for last, which most often is the one that is written next. */
  #last: Node | null = null;
  sizeBytes = 0;

  constructor(owner: RecordCache, writeDirty: WriteDirty, keyPrefixBytes: number) {
    this.#owner = owner;
    this.#writeDirty = writeDirty;
    this.#keyPrefixBytes = keyPrefixBytes;
  }

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** The segments from `first` to `last` that rows are cached of, in no order. */
  segments(first: number, last: number): number[] {
    return [...this.#segments.keys()].filter((id) => id >= first && id <= last);
  }

  /** The cached row, which counts as a use; undefined when the row is not cached. */
  get(name: string): CacheEntry | undefined {
    const node = this.#find(name);
    if (node === undefined) return undefined;
    this.#used.moveToEnd(node.use);
    return node.entry;
  }

  /** Caches a row and evicts what then is too much. */
  put(name: string, entry: CacheEntry, dirty: boolean): void {
    const keyBytes = this.#keyPrefixBytes + entry.key.length;
    const sizeBytes =
      keyBytes + perNodeBytes + perEntryBytes + (entry.value?.length ?? 0) + contextBytes(entry.context);
    const known = this.#find(name);
    const node = known ?? new Node(name, entry, sizeBytes);
    if (known === undefined) this.#insert(node);
    else this.#replace(known, entry, sizeBytes);
    if (dirty) this.#soil(node);
    this.#owner.evict(this);
  }

  /** Entries in key order, as they are now. */
  range(from: string | null, to: string | null, reverse: boolean): CacheEntry[] {
    const names = this.#nodes.keys(from, to);
    if (reverse) names.reverse();
    return names.map((name) => (this.#nodes.get(name) as Node).entry);
  }

  /** Writes all dirty rows; they stay cached as clean ones, deleted rows leave. @throws what a write throws */
  flush(): void {
    this.#flush(null);
  }

  evictOldest(): void {
    const node = this.#used.first as Node;
    const wasDirty = node.isDirty;
    this.#remove(node);
    if (wasDirty) this.#flush(node);
  }

  clear(): void {
    this.#resize(-this.sizeBytes);
    this.#nodes.clear();
    this.#used.clear();
    this.#dirty.clear();
    this.#segments.clear();
    this.#last = null;
  }

  #find(name: string): Node | undefined {
    if (this.#last !== null && this.#last.name === name) return this.#last;
    const node = this.#nodes.get(name);
    if (node !== undefined) this.#last = node;
    return node;
  }

  /** The dirty rows count as clean from the beginning: a write may come back to this cache, to write or to evict. */
  #flush(evicted: Node | null): void {
    const rows: Written[] = evicted === null ? [] : [{ node: evicted, entry: evicted.entry }];
    for (const node of this.#dirty.toArray()) {
      rows.push({ node, entry: node.entry });
      this.#clean(node);
    }
    let tried = 0;
    try {
      for (; tried < rows.length; tried++) this.#writeDirty((rows[tried] as Written).entry);
    } finally {
      // Who handles the error of a row decides about that row alone: those behind it are still to be written.
      if (tried < rows.length) this.#takeBack(rows.slice(tried + 1));
      for (let index = 0; index < rows.length && index <= tried; index++) {
        const { node, entry } = rows[index] as Written;
        if (entry.value === null && node !== evicted) this.#removeNamed(node.name);
      }
    }
  }

  /** Makes rows dirty again, in front of those that became so meanwhile; what was put meanwhile is newer than they are. */
  #takeBack(rows: readonly Written[]): void {
    const newer = this.#dirty.toArray();
    for (const node of newer) this.#clean(node);
    const names = new Set(newer.map(({ name }) => name));
    for (const { node, entry } of rows) {
      if (names.has(node.name)) continue;
      const isCached = this.#nodes.get(node.name) === node;
      const dirty = isCached ? node : new Node(node.name, entry, node.sizeBytes);
      if (!isCached) this.#insert(dirty);
      this.#soil(dirty);
    }
    for (const node of newer) this.#soil(node);
  }

  /** Caches a row that is not, as the one used last. */
  #insert(node: Node): void {
    const { segment } = node.entry;
    this.#nodes.set(node.name, node);
    this.#used.append(node.use);
    this.#segments.set(segment, (this.#segments.get(segment) ?? 0) + 1);
    this.#resize(node.sizeBytes);
  }

  #replace(node: Node, entry: CacheEntry, sizeBytes: number): void {
    this.#used.moveToEnd(node.use);
    this.#resize(sizeBytes - node.sizeBytes);
    node.entry = entry;
    node.sizeBytes = sizeBytes;
  }

  /** Makes a row the one that was written last. */
  #soil(node: Node): void {
    if (node.isDirty) this.#dirty.moveToEnd(node.write);
    else this.#dirty.append(node.write);
    node.isDirty = true;
  }

  #clean(node: Node): void {
    if (node.isDirty) this.#dirty.remove(node.write);
    node.isDirty = false;
  }

  #removeNamed(name: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined) this.#remove(node);
  }

  #remove(node: Node): void {
    const { segment } = node.entry;
    this.#clean(node);
    if (this.#last === node) this.#last = null;
    this.#nodes.delete(node.name);
    this.#used.remove(node.use);
    const left = (this.#segments.get(segment) as number) - 1;
    if (left === 0) this.#segments.delete(segment);
    else this.#segments.set(segment, left);
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
