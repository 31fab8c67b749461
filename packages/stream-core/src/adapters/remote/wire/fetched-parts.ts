import type { FetchedPartition } from '../../../broker/fetcher.ts';
import type { RecordBatch } from '../../../broker/record-batch.ts';
import { splitBatches } from '../../../broker/record-batch.ts';
import type { TopicPartition } from '../../../common/topic-partition.ts';
import { StreamsError } from '../../../errors/streams-error.ts';
import type { AnswerPart } from './channel.ts';
import type { FetchedPiece } from './protocol.ts';

/** A part takes about so much, unless one batch is larger. */
const aimedPartBytes = 4_194_304;

/** So many pieces make a part at most, which bounds its text. */
const mostPieces = 100;

/** Room for the text of a part with one piece. */
const textAllowanceBytes = 4_096;

export interface FetchedPart {
  readonly pieces: FetchedPiece[];
  readonly raw: Uint8Array[];
}

/** The fetch of one partition, and the version of the position that it began at. */
export interface VersionedFetch {
  readonly fetched: FetchedPartition;
  readonly version: number;
}

const tooLarge = ({ topicPartition }: FetchedPartition, batch: RecordBatch, maxFrameBytes: number): StreamsError =>
  new StreamsError(
    'RECORD_TOO_LARGE',
    `a batch of ${batch.sizeInBytes} bytes does not fit into a frame of ${maxFrameBytes}; raise maxFrameBytes on both sides`,
    { context: { ...topicPartition, offset: batch.baseOffset } },
  );

interface CutPiece {
  readonly piece: FetchedPiece;
  readonly raw: readonly Uint8Array[];
}

/** Cuts the fetch of one partition into pieces that fit into parts. */
function* cutIntoPieces(fetch: VersionedFetch, partBytes: number, maxFrameBytes: number): Generator<CutPiece> {
  const { fetched, version } = fetch;
  const { topicPartition: partition, position, nextPosition, endOffset } = fetched;
  let raw: Uint8Array[] = [];
  let sizeBytes = 0;
  let continues = false;
  const pieceOf = (): FetchedPiece => ({
    partition,
    version,
    position,
    nextPosition,
    endOffset,
    sizeBytes,
    continues,
  });
  for (const batch of fetched.batches) {
    if (batch.sizeInBytes + textAllowanceBytes > maxFrameBytes) throw tooLarge(fetched, batch, maxFrameBytes);
    if (raw.length > 0 && sizeBytes + batch.sizeInBytes > partBytes) {
      yield { piece: pieceOf(), raw };
      raw = [];
      sizeBytes = 0;
      continues = true;
    }
    raw.push(batch.bytes);
    sizeBytes += batch.sizeInBytes;
  }
  yield { piece: pieceOf(), raw };
}

/**
 * Cuts what was fetched into parts that fit into frames.
 *
 * @throws StreamsError RECORD_TOO_LARGE, with the offset of a batch that fits into none
 */
export function* cutIntoParts(fetches: readonly VersionedFetch[], maxFrameBytes: number): Generator<FetchedPart> {
  const partBytes = Math.min(aimedPartBytes, maxFrameBytes / 2);
  let part: FetchedPart = { pieces: [], raw: [] };
  let sizeBytes = 0;
  for (const fetch of fetches) {
    for (const { piece, raw } of cutIntoPieces(fetch, partBytes, maxFrameBytes)) {
      const isFull = sizeBytes + piece.sizeBytes > partBytes || part.pieces.length === mostPieces;
      if (isFull && part.pieces.length > 0) {
        yield part;
        part = { pieces: [], raw: [] };
        sizeBytes = 0;
      }
      part.pieces.push(piece);
      part.raw.push(...raw);
      sizeBytes += piece.sizeBytes;
    }
  }
  if (part.pieces.length > 0) yield part;
}

interface JoinedFetch {
  readonly fetched: FetchedPartition;
  readonly batches: RecordBatch[];
}

/**
 * What the parts held; batches are views on their bytes. Left out is what `isCurrent` does not want.
 *
 * @throws StreamsError CORRUPT_BATCH
 */
export const joinParts = (
  parts: readonly AnswerPart[],
  isCurrent: (partition: TopicPartition, version: number) => boolean,
): FetchedPartition[] => {
  const joined: JoinedFetch[] = [];
  let last: JoinedFetch | null = null;
  for (const { result, raw } of parts) {
    let at = 0;
    for (const piece of result as readonly FetchedPiece[]) {
      const batches = splitBatches(raw.subarray(at, at + piece.sizeBytes));
      at += piece.sizeBytes;
      if (last !== null && piece.continues) last.batches.push(...batches);
      else {
        const { partition: topicPartition, position, nextPosition, endOffset } = piece;
        last = { batches, fetched: { topicPartition, position, batches, nextPosition, endOffset } };
        if (isCurrent(topicPartition, piece.version)) joined.push(last);
      }
    }
  }
  return joined.map(({ fetched }) => fetched);
};
