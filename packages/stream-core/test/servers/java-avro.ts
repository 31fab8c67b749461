import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCommand } from './run-command.ts';
import { cachedFolder } from './server-cache.ts';

const avroVersion = '1.12.1';
const source = fileURLToPath(new URL('java/AvroBytes.java', import.meta.url));

/** Avro's own library for Java, as Maven finds it. */
const classPath = async (): Promise<string> => {
  const folder = await cachedFolder(`avro-${avroVersion}`, async (target) => {
    const dependency = ([groupId, artifactId, version]: readonly string[]): string =>
      `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
    const dependencies = [
      dependency(['org.apache.avro', 'avro', avroVersion]),
      dependency(['org.slf4j', 'slf4j-nop', '2.0.17']),
    ];
    const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>millrace</groupId><artifactId>avro</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`;
    await writeFile(join(target, 'pom.xml'), project);
    await runCommand('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=.'], { cwd: target });
  });
  return join(folder, '*');
};

/** What Java is asked: bytes of a value in Avro's JSON encoding, or the value in bytes that another schema wrote. */
export type AvroQuestion =
  | { readonly schema: unknown; readonly json: unknown }
  | { readonly writer: unknown; readonly reader: unknown; readonly bytes: Uint8Array };

/** Java's answers, one a question: hexadecimal for a value, JSON for bytes. */
export const askJavaAvro = async (questions: readonly AvroQuestion[]): Promise<readonly string[]> => {
  const lines = questions.map((question) => {
    const parts =
      'json' in question
        ? ['encode', JSON.stringify(question.schema), JSON.stringify(question.json)]
        : [
            'decode',
            JSON.stringify(question.writer),
            JSON.stringify(question.reader),
            Buffer.from(question.bytes).toString('hex'),
          ];
    return `${parts.join('\t')}\n`;
  });
  const output = await runCommand('java', ['-cp', await classPath(), source], { input: lines.join('') });
  return output.trimEnd().split('\n');
};
