// The format of RocksDB's log and manifest files: blocks of 32 KiB with records that may be cut into fragments. Only as
// much of it as `findGap` needs, for files that were written without compression and are not reused.

const blockBytes = 32_768;
/** CRC, length, type. */
const headerBytes = 7;
const lengthAt = 4;
const typeAt = 6;
const types = { full: 1, first: 2, middle: 3, last: 4 } as const;

interface Fragment {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** The fragments of a log file, up to its end or to the first that is not whole. */
function* fragmentsOf(file: Buffer): Generator<Fragment, void> {
  for (let at = 0; at + headerBytes <= file.length; ) {
    const left = blockBytes - (at % blockBytes);
    if (left < headerBytes) {
      at += left;
      continue;
    }
    const start = at + headerBytes;
    const end = start + file.readUInt16LE(at + lengthAt);
    if (end > file.length || end - at > left) return;
    yield { type: file[at + typeAt] as number, start, end };
    at = end;
  }
}

/** The beginnings of the records of a log file, up to its end or to the first that is not whole. */
export function* recordHeads(file: Buffer, headBytes: number): Generator<Buffer, void> {
  let head: Buffer | null = null;
  for (const { type, start, end } of fragmentsOf(file)) {
    if (type === types.full || type === types.first) head = Buffer.alloc(0);
    else if ((type !== types.middle && type !== types.last) || head === null) return;
    const missing = headBytes - head.length;
    if (missing > 0) head = Buffer.concat([head, file.subarray(start, Math.min(end, start + missing))]);
    if (type === types.full || type === types.last) {
      yield head;
      head = null;
    }
  }
}
