import type { Reader, Writer } from '@platformatic/kafka';
import type { Api } from './api.ts';
import { readMessage, structCodec } from './codec.ts';

type HeaderApi = Pick<Api<never, never>, 'key' | 'flexibleVersion'>;

/** What stands before a request, apart from its api. */
export interface RequestHeader {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

const apiVersionsKey = 18;
const where = 'The header of a response';
const correlation = structCodec({ correlationId: 'int32' }, { version: 0, flexible: false, where });
const taggedFields = structCodec({}, { version: 0, flexible: true, where });

/** Writes what stands before the body of a request; the size of the whole comes before it. */
export const writeRequestHeader = (writer: Writer, api: HeaderApi, header: RequestHeader): void => {
  const { version, correlationId, clientId } = header;
  // The client id has a length of two bytes even in flexible versions, so that any broker can read it.
  writer.appendInt16(api.key).appendInt16(version).appendInt32(correlationId).appendString(clientId, false);
  if (version >= api.flexibleVersion) writer.appendTaggedFields();
};

/** Reads which request a response belongs to. @throws StreamsError CORRUPT_MESSAGE */
export const readCorrelationId = (reader: Reader): number => {
  const header = readMessage(correlation, reader, where);
  return (header as { readonly correlationId: number }).correlationId;
};

/**
 * Reads what stands between the correlation id and the body of a response. The header of ApiVersions is never flexible.
 *
 * @throws StreamsError CORRUPT_MESSAGE
 */
export const skipResponseTags = (reader: Reader, api: HeaderApi, version: number): void => {
  if (api.key !== apiVersionsKey && version >= api.flexibleVersion) readMessage(taggedFields, reader, where);
};
