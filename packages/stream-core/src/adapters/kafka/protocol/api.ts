import type { Reader, Writer } from '@platformatic/kafka';

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
  /** From this version on headers and bodies have tagged fields. */
  readonly flexibleVersion: number;
  readonly writeRequest: (writer: Writer, request: Request, version: number) => void;
  readonly readRequest: (reader: Reader, version: number) => Request;
  readonly writeResponse: (writer: Writer, response: Response, version: number) => void;
  readonly readResponse: (reader: Reader, version: number) => Response;
}
