import type { Api } from '../kafka/protocol/api.ts';
import { Writer } from '../kafka/protocol/writer.ts';

type WrittenApi<Request> = Pick<Api<Request, never>, 'flexibleVersion' | 'writeRequest'>;

/** What comes behind the header that kafkajs writes, which is as it was before there were tagged fields. */
export const requestBody = <Request>(api: WrittenApi<Request>, version: number, request: Request): Buffer => {
  const writer = new Writer();
  // No tagged fields are in the header.
  if (version >= api.flexibleVersion) writer.appendUnsignedVarInt(0);
  api.writeRequest(writer, request, version);
  return writer.buffer;
};
