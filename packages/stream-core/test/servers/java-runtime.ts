import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from './run-command.ts';
import { cachedFolder } from './server-cache.ts';

export const kafkaVersion = '4.3.1';
const image = `apache/kafka:${kafkaVersion}`;

const dependency = (artifact: string): string => {
  const [groupId, artifactId, version] = artifact.split(':');
  return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
};

/** The jars of these artifacts and of all that they need, as Maven finds them. */
const mavenFolder = (name: string, artifacts: readonly string[]): Promise<string> =>
  cachedFolder(name, async (folder) => {
    const project = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>millrace</groupId><artifactId>servers</artifactId><version>1</version><dependencies>${artifacts.map(dependency).join('')}</dependencies></project>`;
    await writeFile(join(folder, 'pom.xml'), project);
    await runCommand('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=.'], { cwd: folder });
  });

/** The class path of Kafka's server, tools and clients. */
export const kafkaClassPath = async (): Promise<string> => {
  const artifacts = ['kafka_2.13', 'kafka-tools'].map((artifact) => `org.apache.kafka:${artifact}:${kafkaVersion}`);
  const folder = await mavenFolder(`kafka-${kafkaVersion}`, [...artifacts, 'org.slf4j:slf4j-simple:1.7.36']);
  return join(folder, '*');
};

/** A downloaded artifact that brings all it needs, such as a tar file. @returns the folder that holds it */
export const mavenArtifact = (name: string, artifact: string): Promise<string> =>
  cachedFolder(name, async (folder) => {
    await runCommand('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  });

/** A command that runs a class of Kafka. */
export interface JavaCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a Java machine is to be good at: to be there soon, or to work hard for long. */
export type MachineKind = 'quick start' | 'load';

const machines: Readonly<Record<MachineKind, readonly string[]>> = {
  // The first compiler alone: a start takes half of the CPU, which is what most tests wait for.
  'quick start': ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
  load: ['-Xmx1g', '-XX:+UseG1GC', '-Xshare:auto'],
};

/** What Kafka logs is short, apart from the line that says that it has started. */
const loggingOptions = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];

/** A class of Kafka, what it is told, and the machine that it runs on. */
export interface JavaMain {
  readonly main: string;
  readonly args: readonly string[];
  readonly machine: MachineKind;
}

/** How a class of Kafka is run with Java and Maven. */
export const javaCommand = async ({ main, args, machine }: JavaMain): Promise<JavaCommand> => ({
  command: 'java',
  args: [...machines[machine], ...loggingOptions, '-cp', await kafkaClassPath(), main, ...args],
});

/** The image logs by Log4j, which says nothing but errors unless it is told. */
const log4j = `rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c %m%n
`;

/**
 * How a class of Kafka is run inside Kafka's image, in the network of this machine, with one folder shared under the
 * path that it has here: everything else is as it is without Docker.
 */
export const dockerCommand = async (
  { main, args, machine }: JavaMain,
  { folder, container }: { readonly folder: string; readonly container: string },
): Promise<JavaCommand> => {
  const logging = join(folder, 'log4j2.properties');
  await writeFile(logging, log4j);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const run = ['run', '--rm', '--name', container, '--network', 'host', '--user', user, '-v', `${folder}:${folder}`];
  const options = [...machines[machine], `-Dlog4j2.configurationFile=${logging}`];
  const java = ['--entrypoint', 'java', image, ...options, '-cp', '/opt/kafka/libs/*'];
  return { command: 'docker', args: [...run, ...java, main, ...args] };
};
