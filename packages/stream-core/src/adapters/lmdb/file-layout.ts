// The layout of a data file of LMDB with data version 2 on a 64-bit little-endian machine, as lmdb 3.5.6 writes it:
// everything that `FileCheck` needs to walk over its pages. The names in comments are those of LMDB's mdb.c.

/** MDB_page_header: page number, transaction, key size, flags, and two bounds or the number of overflow pages. */
const pageLayout = { number: 0, flags: 18, lower: 20, overflowPages: 20, end: 24 } as const;

/** P_BRANCH, P_LEAF, P_OVERFLOW, P_META; the others never get into the file for tables without duplicates. */
export const pageFlags = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const;

/** MDB_node: size of the data or page number (with the flags as its top bits), flags, size of the key. */
const nodeLayout = { low: 0, flags: 4, keySize: 6, end: 8 } as const;

/** F_BIGDATA: the data stands on overflow pages. */
export const bigData = 1;

/** MDB_meta, behind the header of its page. */
const metaLayout = {
  magic: 0,
  version: 4,
  trees: 24,
  treeSize: 48,
  lastPage: 120,
  transaction: 128,
  end: 144,
} as const;
const metaMagic = 0xbeefc0de;
const metaVersion = 2;

/** MDB_db. */
const treeLayout = {
  pageSize: 0,
  flags: 4,
  depth: 6,
  branches: 8,
  leaves: 16,
  overflows: 24,
  rows: 32,
  root: 40,
} as const;

/** The flags of the tree of free pages (keys are integers) and of the tree of rows (none). */
const treeFlags = [0x08, 0] as const;

/** Bytes at the begin of a page, before the offsets of its nodes. */
export const pageHeaderBytes: number = pageLayout.end;
const nodeHeaderBytes: number = nodeLayout.end;
const topWord = 0x1_0000_0000;

/** A 64-bit number; numbers beyond 2^53 are only known to be too large. */
export const readNumber = (bytes: Buffer, offset: number): number =>
  bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * topWord;

/** One of the two trees of a file. */
export interface TreeInfo {
  /** null for an empty tree. */
  readonly root: number | null;
  readonly depth: number;
  readonly rows: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
}

/** What a meta page says of a file. */
export interface FileInfo {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: number;
  readonly free: TreeInfo;
  readonly main: TreeInfo;
}

const readTree = (meta: Buffer, index: number): TreeInfo => {
  const tree = meta.subarray(metaLayout.trees + index * metaLayout.treeSize);
  const root = readNumber(tree, treeLayout.root);
  return {
    root: root >= 2 ** 63 ? null : root,
    depth: tree.readUInt16LE(treeLayout.depth),
    rows: readNumber(tree, treeLayout.rows),
    branches: readNumber(tree, treeLayout.branches),
    leaves: readNumber(tree, treeLayout.leaves),
    overflows: readNumber(tree, treeLayout.overflows),
  };
};

const flagsOf = (meta: Buffer, index: number): number =>
  meta.readUInt16LE(metaLayout.trees + index * metaLayout.treeSize + treeLayout.flags);

const isPageSize = (size: number): boolean => size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;

/** Reads a meta page; null when it is none. */
export const readMeta = (page: Buffer): FileInfo | null => {
  if (page.length < pageHeaderBytes + metaLayout.end) return null;
  const meta = page.subarray(pageHeaderBytes);
  const pageSize = meta.readUInt32LE(metaLayout.trees + treeLayout.pageSize);
  const isMeta =
    (page.readUInt16LE(pageLayout.flags) & pageFlags.meta) !== 0 &&
    meta.readUInt32LE(metaLayout.magic) === metaMagic &&
    (meta.readUInt32LE(metaLayout.version) & 0xffff) === metaVersion &&
    treeFlags.every((flags, index) => flagsOf(meta, index) === flags) &&
    isPageSize(pageSize);
  if (!isMeta) return null;
  return {
    pageSize,
    lastPage: readNumber(meta, metaLayout.lastPage),
    transaction: readNumber(meta, metaLayout.transaction),
    free: readTree(meta, 0),
    main: readTree(meta, 1),
  };
};

/** Bytes of a meta page that `readMeta` needs. */
export const metaBytes: number = pageHeaderBytes + metaLayout.end;

/** Whether a page is the one that it should be. */
export const isPage = (page: Buffer, number: number, flags: number): boolean =>
  readNumber(page, pageLayout.number) === number && page.readUInt16LE(pageLayout.flags) === flags;

export const nodeCount = (page: Buffer): number => page.readUInt16LE(pageLayout.lower) >> 1;

/** How many pages a value takes whose first page this is. */
export const overflowPages = (page: Buffer): number => page.readUInt32LE(pageLayout.overflowPages);

/** A node of a page. Offsets are in the page, and inside it. */
export interface PageNode {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly flags: number;
  /** Of a leaf: bytes of data. */
  readonly dataSize: number;
  /** Of a branch: the page below. */
  readonly child: number;
}

/** Node `index` of a page; null when it does not lie inside the page. */
export const readNode = (page: Buffer, index: number): PageNode | null => {
  const pointer = pageHeaderBytes + index * 2;
  if (pointer + 2 > page.length) return null;
  const start = page.readUInt16LE(pointer) + pageHeaderBytes;
  const keyStart = start + nodeHeaderBytes;
  if (keyStart > page.length) return null;
  const keyEnd = keyStart + page.readUInt16LE(start + nodeLayout.keySize);
  if (keyEnd > page.length) return null;
  const flags = page.readUInt16LE(start + nodeLayout.flags);
  const dataSize = page.readUInt32LE(start + nodeLayout.low);
  return { keyStart, keyEnd, flags, dataSize, child: dataSize + flags * topWord };
};
