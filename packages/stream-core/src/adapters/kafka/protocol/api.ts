import { readMessage, structCodec } from './codec.ts';
import type { Reader } from './reader.ts';
import type { Codec } from './scalar-codecs.ts';
import type { Fields, Read, Written } from './schema.ts';
import type { Writer } from './writer.ts';

/**
 * A request of the Kafka protocol and its answer, in the versions that this client speaks. Both are plain objects whose
 * fields have the names of Kafka's message definitions in camel case; a field that a version does not have is left out
 * when it is written, and has its default when it is read. 64-bit integers are numbers.
 */
export interface Api<Request, Response> {
  /** Kafka's name, such as `Produce`. */
  readonly name: string;
  readonly key: number;
  /** The versions spoken here. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** From this version on headers and bodies have tagged fields; infinite when there is none. */
  readonly flexibleVersion: number;
  readonly writeRequest: (writer: Writer, request: Request, version: number) => void;
  /** @throws StreamsError CORRUPT_MESSAGE */
  readonly readRequest: (reader: Reader, version: number) => Request;
  readonly writeResponse: (writer: Writer, response: Response, version: number) => void;
  /** @throws StreamsError CORRUPT_MESSAGE */
  readonly readResponse: (reader: Reader, version: number) => Response;
}

/**
 * An Api that is derived from schemas. Who writes leaves out what has a default; who reads gets every field.
 *
 * The `received...` functions give what the other side would read, without the way through bytes.
 */
export interface MessageApi<RequestFields extends Fields, ResponseFields extends Fields>
  extends Api<Written<RequestFields>, Read<ResponseFields>> {
  readonly request: RequestFields;
  readonly response: ResponseFields;
  readonly writeResponse: (writer: Writer, response: Written<ResponseFields>, version: number) => void;
  readonly receivedRequest: (request: Written<RequestFields>, version: number) => Read<RequestFields>;
  readonly receivedResponse: (response: Written<ResponseFields>, version: number) => Read<ResponseFields>;
}

/** A request as its sender writes it, by the type of its api: `RequestOf<typeof produceApi>`. */
export type RequestOf<A> = A extends MessageApi<infer R, infer _> ? Written<R> : never;

/** A response as its receiver reads it, by the type of its api: `ResponseOf<typeof produceApi>`. */
export type ResponseOf<A> = A extends MessageApi<infer _, infer R> ? Read<R> : never;

/** A request as its receiver reads it: every field is there. */
export type ReceivedRequestOf<A> = A extends MessageApi<infer R, infer _> ? Read<R> : never;

/** A response as its sender writes it: what has a default may be left out. */
export type AnswerOf<A> = A extends MessageApi<infer _, infer R> ? Written<R> : never;

interface MessageDefinition<RequestFields extends Fields, ResponseFields extends Fields> {
  readonly name: string;
  readonly key: number;
  /** The oldest and the newest version spoken here. */
  readonly versions: readonly [min: number, max: number];
  readonly flexibleVersion: number;
  readonly request: RequestFields;
  readonly response: ResponseFields;
}

/** Writer, reader and types of an api from the schemas of its two messages. */
export const messageApi = <RequestFields extends Fields, ResponseFields extends Fields>(
  definition: MessageDefinition<RequestFields, ResponseFields>,
): MessageApi<RequestFields, ResponseFields> => {
  const { name, key, versions, flexibleVersion, request, response } = definition;
  const codecs = (fields: Fields, what: string): ((version: number) => Codec) => {
    const compiled = new Map<number, Codec>();
    return (version) => {
      const known = compiled.get(version);
      if (known !== undefined) return known;
      const codec = structCodec(fields, { version, flexible: version >= flexibleVersion, where: `${name} ${what}` });
      compiled.set(version, codec);
      return codec;
    };
  };
  const requestCodec = codecs(request, 'request');
  const responseCodec = codecs(response, 'response');
  return {
    name,
    key,
    minVersion: versions[0],
    maxVersion: versions[1],
    flexibleVersion,
    request,
    response,
    writeRequest: (writer, message, version) => requestCodec(version).write(writer, message),
    readRequest: (reader, version) =>
      readMessage(requestCodec(version), reader, `${name} request`) as Written<RequestFields>,
    writeResponse: (writer, message, version) => responseCodec(version).write(writer, message),
    readResponse: (reader, version) =>
      readMessage(responseCodec(version), reader, `${name} response`) as Read<ResponseFields>,
    receivedRequest: (message, version) => requestCodec(version).received(message) as Read<RequestFields>,
    receivedResponse: (message, version) => responseCodec(version).received(message) as Read<ResponseFields>,
  };
};
