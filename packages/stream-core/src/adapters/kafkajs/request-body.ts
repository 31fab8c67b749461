import { Writer } from '../kafka/platformatic-library.ts';
import type { Api } from '../kafka/protocol/api.ts';

type WrittenApi<Request> = Pick<Api<Request, never>, 'flexibleVersion' | 'writeRequest'>;

/** What comes behind the header that kafkajs writes, which is as it was before there were tagged fields. */
export const requestBody = <Request>(api: WrittenApi<Request>, version: number, request: Request): Buffer => {
  const writer = Writer.create();
  if (version >= api.flexibleVersion) writer.appendTaggedFields();
  api.writeRequest(writer, request, version);
  return writer.buffer;
};
