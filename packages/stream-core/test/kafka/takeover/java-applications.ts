import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { ProcessingGuarantee } from '../../../src/config/streams-config.ts';
import { kafkaVersion } from '../../servers/java-runtime.ts';
import { runCommand } from '../../servers/run-command.ts';
import { cachedFolder } from '../../servers/server-cache.ts';

const source = fileURLToPath(new URL('Takeover.java', import.meta.url));

const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace</groupId><artifactId>takeover</artifactId><version>1</version>
<properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-streams</artifactId><version>${kafkaVersion}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
`;

/** A Maven project of the one class, built once, by what its text is. @returns the class path */
const build = async (): Promise<string> => {
  const key = createHash('sha256')
    .update(project)
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 16);
  const folder = await cachedFolder(`takeover-${kafkaVersion}-${key}`, async (target) => {
    const sources = join(target, 'src', 'main', 'java');
    await mkdir(sources, { recursive: true });
    await copyFile(source, join(sources, 'Takeover.java'));
    await writeFile(join(target, 'pom.xml'), project);
    await runCommand('mvn', ['-q', '-B', 'compile', 'dependency:copy-dependencies', '-DoutputDirectory=libraries'], {
      cwd: target,
    });
  });
  return [join(folder, 'target', 'classes'), join(folder, 'libraries', '*')].join(delimiter);
};

/** Where an application of Kafka Streams keeps its state, and what it promises. */
export interface JavaApplication {
  readonly applicationId: string;
  readonly processingGuarantee: ProcessingGuarantee;
  readonly stateDirectory: string;
}

/** A Java machine in which applications of Kafka Streams start and stop. */
export class JavaApplications {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, answers: AsyncIterator<string>) {
    this.#child = child;
    this.#answers = answers;
  }

  /** @param input what the names of the input topics begin with */
  static async launch(bootstrapServers: string, input: string): Promise<JavaApplications> {
    const options = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
    const log = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
    const args = [...options, log, '-cp', await build(), 'Takeover', bootstrapServers, input];
    const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('a Java machine has no output');
    return new JavaApplications(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  }

  /** Starts an application; it runs some time later. */
  start({ applicationId, processingGuarantee, stateDirectory }: JavaApplication): Promise<void> {
    return this.#tell(`start ${applicationId} ${processingGuarantee} ${stateDirectory}`);
  }

  /** Commits, leaves the group and closes an application. */
  stop(applicationId: string): Promise<void> {
    return this.#tell(`stop ${applicationId}`);
  }

  /** Ends the process without a word, as at the end of a test that failed; everything should have been stopped. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
  }

  /** One command at a time: the answer is the command itself. */
  #tell(command: string): Promise<void> {
    const told = this.#turn.then(async () => {
      this.#child.stdin?.write(`${command}\n`);
      const answer = await this.#answers.next();
      if (answer.value !== command) throw new Error(`the Java machine ended at: ${command}`);
    });
    this.#turn = told.catch(() => undefined);
    return told;
  }
}
