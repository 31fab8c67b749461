import type { Api } from '../protocol/api.ts';
import type { RequestHeader } from '../protocol/headers.ts';
import { writeRequestHeader } from '../protocol/headers.ts';
import { Writer } from '../protocol/writer.ts';

const sizeBytes = 4;

/** A request as the pieces that go over the wire, its size first. */
export const requestPieces = <Request>(
  api: Pick<Api<Request, never>, 'key' | 'flexibleVersion' | 'writeRequest'>,
  header: RequestHeader,
  request: Request,
): Buffer[] => {
  const writer = new Writer();
  writer.appendInt32(0);
  writeRequestHeader(writer, api, header);
  api.writeRequest(writer, request, header.version);
  const pieces = writer.buffers;
  pieces[0]?.writeInt32BE(writer.length - sizeBytes, 0);
  return pieces;
};
