import { readFileSync } from 'node:fs';

/** A record of text that was fed to Kafka Streams; `from` is its one header. */
export interface RecordedInput {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly from: string | null;
}

/** A record that Kafka Streams wrote; key and value in base64. */
export interface RecordedOutput {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: readonly (readonly [name: string, text: string | null])[];
}

/** What Kafka Streams did with some input. `error` is the class of what the driver threw. */
export interface RecordedRun {
  readonly inputs: readonly RecordedInput[];
  readonly outputs: readonly RecordedOutput[];
  readonly error: string | null;
}

/** The lines of a file that the program in `fixtures/edges/java` wrote, with Kafka Streams 4.3.1. */
export const recordedEdges = <T>(
  file: 'headers' | 'errors' | 'pure' | 'serdes' | 'patterns' | 'methods' | 'windowed',
): readonly T[] =>
  readFileSync(new URL(`fixtures/edges/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line): T => JSON.parse(line));
