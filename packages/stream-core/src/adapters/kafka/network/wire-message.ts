import { Writer } from '../platformatic-library.ts';
import type { Api } from '../protocol/api.ts';
import type { RequestHeader } from '../protocol/headers.ts';
import { writeRequestHeader } from '../protocol/headers.ts';

/** Pieces from this size on are sent from where they are; smaller ones are cheaper to copy than to send one by one. */
const largePieceBytes = 16_384;

/** Joins neighbours that are small. Record batches are large, and not copied. */
const joinSmall = (pieces: readonly Buffer[]): Buffer[] => {
  const joined: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = (): void => {
    if (small.length > 0) joined.push(Buffer.concat(small));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.length < largePieceBytes) small.push(piece);
    else {
      flush();
      joined.push(piece);
    }
  }
  flush();
  return joined;
};

/** A request as the pieces that go over the wire, its size first. */
export const requestPieces = <Request>(
  api: Pick<Api<Request, never>, 'key' | 'flexibleVersion' | 'writeRequest'>,
  header: RequestHeader,
  request: Request,
): Buffer[] => {
  const writer = Writer.create();
  writeRequestHeader(writer, api, header);
  api.writeRequest(writer, request, header.version);
  writer.prependLength();
  return joinSmall(writer.buffers);
};
