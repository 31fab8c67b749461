import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { recordHeads } from './log-file.ts';

const topWord = 0x1_0000_0000;
/** A write batch begins with the sequence number of its first change, and how many there are. */
const batchHeadBytes = 12;
/** What is looked for stands at the begin of an edit. */
const editHeadBytes = 256;

/** Fields of a version edit, by their tags; those that stand before and beside the two that are looked for. */
const editTags = { comparator: 1, logNumber: 2, nextFile: 3, lastSequence: 4, prevLog: 9, minLog: 10, maxFamily: 203 };
/** Tags from here on may be skipped by who does not know them: their length is given. */
const skippable = 8_192;

/** Where the manifest says that the log begins. */
interface LogStart {
  /** Logs with lower numbers are obsolete. */
  logNumber: number;
  /** At least that of everything that is not in a log. */
  lastSequence: number;
}

/** Reads the numbers of an edit one by one; `null` behind its end. */
class EditReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A number in groups of seven bits, the lowest first. */
  number(): number | null {
    let value = 0;
    for (let factor = 1; this.#at < this.#bytes.length; factor *= 128) {
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return null;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }
}

const readEdit = (edit: Buffer, start: LogStart): void => {
  const reader = new EditReader(edit);
  for (let tag = reader.number(); tag !== null; tag = reader.number()) {
    const isText = tag === editTags.comparator || tag >= skippable;
    if (!isText && !(Object.values(editTags) as number[]).includes(tag)) return;
    const value = reader.number();
    if (value === null) return;
    if (isText) reader.skip(value);
    else if (tag === editTags.logNumber) start.logNumber = value;
    else if (tag === editTags.lastSequence) start.lastSequence = value;
  }
};

const readStart = (path: string): LogStart | null => {
  const [, manifest] = /^(MANIFEST-\d+)\n$/.exec(readFileSync(join(path, 'CURRENT'), 'utf8')) ?? [];
  if (manifest === undefined) return null;
  const start = { logNumber: 0, lastSequence: 0 };
  for (const edit of recordHeads(readFileSync(join(path, manifest)), editHeadBytes)) readEdit(edit, start);
  return start;
};

const logsFrom = (path: string, logNumber: number): string[] =>
  readdirSync(path)
    .filter((name) => /^\d+\.log$/.test(name) && Number.parseInt(name, 10) >= logNumber)
    .sort((left, right) => Number.parseInt(left, 10) - Number.parseInt(right, 10));

/**
 * What is missing in the middle of the write-ahead logs of a closed database; null when nothing is. RocksDB notices a
 * damaged record and then ends where the log was whole. But of a log that was cut off, or is gone, it goes on with the
 * next log, and would answer from a database without the changes in between. Sequence numbers tell: they count changes.
 *
 * @throws errors of the file system
 */
export const findGap = (path: string): string | null => {
  const start = readStart(path);
  if (start === null) return 'CURRENT names no manifest';
  // Whatever is in the first log may be in other files too, so it may begin early, but not late.
  let next = start.lastSequence + 1;
  let isFirst = true;
  for (const name of logsFrom(path, start.logNumber)) {
    for (const batch of recordHeads(readFileSync(join(path, name)), batchHeadBytes)) {
      if (batch.length < batchHeadBytes) break;
      const sequence = batch.readUInt32LE(0) + batch.readUInt32LE(4) * topWord;
      if (isFirst ? sequence > next : sequence !== next) {
        return `${name} goes on at change ${sequence}, but what is before it ends at ${next - 1}`;
      }
      isFirst = false;
      next = sequence + batch.readUInt32LE(8);
    }
  }
  return null;
};
