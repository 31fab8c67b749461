import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { kafkaVersion } from '../../../stream-core/test/servers/java-runtime.ts';
import { readRunOptions } from '../../src/payments/run/run-options.ts';
import { runSettings } from '../../src/payments/run/run-settings.ts';
import { HealthServer } from '../../src/shared/health-server.ts';
import { gatherSettings } from '../../src/shared/settings/gather-settings.ts';
import { environmentName } from '../../src/shared/settings/setting.ts';
import { readDockerfile } from './docker-file.ts';

// There is no Docker here: what can be checked without one is.

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface ComposeBlock {
  readonly [name: string]: string | boolean | readonly string[] | ComposeBlock;
}

/** What is at a path of names; an empty block where nothing is. */
const blockAt = (block: ComposeBlock, ...path: readonly string[]): ComposeBlock =>
  path.reduce<ComposeBlock>((inner, name) => (inner[name] ?? {}) as ComposeBlock, block);

const dockerfile = readDockerfile(read('docker/Dockerfile'));
const compose = parse(read('docker/compose.yaml')) as ComposeBlock;
const lastStage = Math.max(...dockerfile.map(({ stage }) => stage));
const of = (name: string, stage = lastStage): string[] =>
  dockerfile.filter((each) => each.name === name && each.stage === stage).map(({ rest }) => rest);
const imageEnv = Object.fromEntries(of('ENV').map((rest) => rest.split('=') as [string, string]));
const payments = blockAt(compose, 'services', 'payments');
const textsOf = (block: ComposeBlock): Record<string, string> =>
  Object.fromEntries(Object.entries(block).map(([name, value]) => [name, String(value)]));

/** What the container sees, with the key of whoever starts it. */
const containerEnv = (): Record<string, string> => ({
  ...imageEnv,
  ...textsOf(blockAt(payments, 'environment')),
  MILLRACE_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
});

const optionsOfContainer = () => {
  const [, , ...args] = JSON.parse(of('CMD')[0] ?? '[]') as string[];
  return readRunOptions(gatherSettings(runSettings, { args, env: containerEnv() }));
};

test('the image is built on the Node.js of this repository, and runs as nobody special', () => {
  const version = /^ {2}node: (\d\S+)$/mu.exec(read('pnpm-workspace.yaml'))?.[1];
  const bases = dockerfile.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0]);
  expect(bases).toEqual([`node:${version}-bookworm-slim`, `node:${version}-bookworm-slim`]);
  expect(of('USER')).toEqual(['node']);
  expect(of('STOPSIGNAL')).toEqual(['SIGTERM']);
});

test('everything that is copied from the repository exists', () => {
  const sources = of('COPY', 0).flatMap((rest) => rest.split(' ').slice(0, -1));
  expect(sources).toContain('pnpm-lock.yaml');
  for (const source of sources) expect(existsSync(fileURLToPath(new URL(source, root))), source).toBe(true);
});

test('the tarballs that are installed are the ones that were packed, and the command is the one of the package', () => {
  const steps = of('RUN', 0).join('\n');
  const packed = [...steps.matchAll(/-C (\S+) pack --out (\S+)/gu)].map(([, folder, file]) => ({ folder, file }));
  expect(packed.map(({ folder }) => folder)).toEqual(['packages/stream-core', 'packages/pipelines']);
  expect(steps).toContain(`--omit=dev ${packed.map(({ file }) => file).join(' ')}`);
  const { name, bin, scripts } = JSON.parse(read('packages/pipelines/package.json'));
  expect(scripts.prepack).toBe('tsc -b');
  const command = `/app/node_modules/${name}/${String(bin.millrace).replace('./', '')}`;
  expect(JSON.parse(of('ENTRYPOINT')[0] ?? '')).toEqual(['node', command]);
  expect(JSON.parse(of('CMD')[0] ?? '').slice(0, 2)).toEqual(['run', 'payments']);
});

test('every variable is one that the command knows, and all of them together can be run with', () => {
  const known = runSettings.map(({ name }) => environmentName(name));
  const given = Object.keys(containerEnv()).filter((name) => name.startsWith('MILLRACE_'));
  expect(given.filter((name) => !known.includes(name))).toEqual([]);
  expect(optionsOfContainer()).toMatchObject({ createTopics: true, replicationFactor: 1, state: { engine: 'lmdb' } });
});

test('state is in a volume, health is where it is looked for, and there is more time than an end may take', () => {
  const { state, health, drainTimeoutMs } = optionsOfContainer();
  expect(of('VOLUME')).toEqual([state.directory]);
  expect(of('RUN').join()).toContain(`chown node:node ${state.directory}`);
  expect(payments['volumes']).toEqual([`payments-state:${state.directory}`]);
  expect(Object.keys(blockAt(compose, 'volumes'))).toContain('payments-state');
  expect(of('EXPOSE')).toEqual([String(health?.port)]);
  expect(payments['ports']).toEqual([`127.0.0.1:${health?.port}:${health?.port}`]);
  expect(1_000 * Number.parseInt(String(payments['stop_grace_period']), 10)).toBeGreaterThan(drainTimeoutMs);
});

test('the health check is answered as it should be', async () => {
  const [command = '', ...args]: string[] = JSON.parse(/CMD (\[.*\])$/u.exec(of('HEALTHCHECK')[0] ?? '')?.[1] ?? '[]');
  const state = { isLive: true };
  const server = await HealthServer.start({ host: '127.0.0.1', port: 0 }, () => ({
    isLive: state.isLive,
    isReady: false,
    details: {},
  }));
  const env = { ...process.env, MILLRACE_HEALTH_PORT: String(server.port) };
  const check = () => promisify(execFile)(command, args, { env });
  try {
    await check();
    state.isLive = false;
    await expect(check()).rejects.toMatchObject({ code: 1 });
  } finally {
    await server.close();
  }
  await expect(check()).rejects.toMatchObject({ code: 1 });
});

test('the servers are those of the tests, and the pipeline asks them where they are', () => {
  const kafka = blockAt(compose, 'services', 'kafka');
  const registry = blockAt(compose, 'services', 'registry');
  expect(kafka['image']).toBe(`apache/kafka:${kafkaVersion}`);
  const ofTests = read('packages/stream-core/test/servers/schema-registry.ts');
  const [image, version] = String(registry['image']).split(':');
  expect(image).toBe('apicurio/apicurio-registry');
  expect(ofTests).toContain(`const version = '${version}'`);
  const { cluster, registry: asked } = optionsOfContainer();
  const advertised = String(blockAt(kafka, 'environment')['KAFKA_ADVERTISED_LISTENERS']);
  for (const server of cluster.bootstrapServers) expect(advertised).toContain(`//${server}`);
  expect(String(blockAt(registry, 'environment')['APICURIO_KAFKASQL_BOOTSTRAP_SERVERS'])).toBe(
    cluster.bootstrapServers.join(),
  );
  const { hostname, port, pathname } = new URL(asked.urls[0] ?? '');
  expect([hostname, port]).toEqual(['registry', String(registry['ports']).split(':').at(-1)]);
  expect(ofTests).toContain(`'${pathname}'`);
  expect(payments['depends_on']).toEqual(['kafka', 'registry']);
});
