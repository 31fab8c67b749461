import type { Api } from './api.ts';
import { readMessage, structCodec } from './codec.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

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
// The client id has a length of two bytes even in flexible versions, so that any broker can read it.
const requestStart = structCodec(
  { apiKey: 'int16', version: 'int16', correlationId: 'int32', clientId: { type: 'string', nullable: true } },
  { version: 0, flexible: false, where: 'The header of a request' },
);

/** Writes what stands before the body of a request; the size of the whole comes before it. */
export const writeRequestHeader = (writer: Writer, api: HeaderApi, header: RequestHeader): void => {
  const { version, correlationId, clientId } = header;
  requestStart.write(writer, { apiKey: api.key, version, correlationId, clientId });
  if (version >= api.flexibleVersion) taggedFields.write(writer, {});
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
