import { createServer } from 'node:net';
import { join } from 'node:path';

import type { ServerCertificate } from './certificates.ts';
import type { MachineKind } from './java-runtime.ts';

/** The second listener of a server, beside the one without any security that tests and brokers use. */
export interface SecureListener {
  readonly protocol: 'SASL_SSL' | 'SASL_PLAINTEXT' | 'SSL';
  /** Names and passwords, for PLAIN and both kinds of SCRAM. OAUTHBEARER takes unsecured tokens of any name. */
  readonly users: Readonly<Record<string, string>>;
}

/** How a Kafka for tests is set up. */
export interface KafkaServerOptions {
  /** Default 1. Three survive the loss of any one. */
  readonly nodes?: number;
  /** Default: quick start. */
  readonly machine?: MachineKind;
  /** Settings of Kafka over the defaults for tests. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Levels of features to format with, such as `transaction.version`: 1. Default: the newest. */
  readonly features?: Readonly<Record<string, number>>;
  readonly secure?: SecureListener;
  /** Refuses what no ACL allows, on the secure listener; who comes by the other one may do everything. Default false. */
  readonly acls?: boolean;
}

/** Where one node listens and keeps its data. */
export interface NodePlace {
  readonly nodeId: number;
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly securePort: number;
}

/** The properties of one node. */
export interface NodeSettings {
  readonly place: NodePlace;
  readonly places: readonly NodePlace[];
  readonly options: KafkaServerOptions;
  readonly certificate: ServerCertificate | null;
}

const clusterId = 'millrace-test-cluster-';

/** Ports that are free now. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map((server) => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      return new Promise<number>((resolve) => server.close(() => resolve(port)));
    }),
  );
};

const listeners = ({ place, places, options: { secure } }: NodeSettings): Record<string, string> => {
  const plain = `PLAINTEXT://127.0.0.1:${place.port}`;
  const client = secure === undefined ? '' : `,CLIENT://127.0.0.1:${place.securePort}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': String(place.nodeId),
    'controller.quorum.voters': places.map((each) => `${each.nodeId}@127.0.0.1:${each.controllerPort}`).join(','),
    listeners: `${plain}${client},CONTROLLER://127.0.0.1:${place.controllerPort}`,
    'advertised.listeners': `${plain}${client}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENT:${secure?.protocol ?? 'PLAINTEXT'}`,
  };
};

/** Starts quickly, notices soon that a member or a transaction is overdue, and needs little memory. */
const quickStart = (nodes: number): Record<string, string> => ({
  'auto.create.topics.enable': 'false',
  'default.replication.factor': String(nodes),
  'offsets.topic.replication.factor': String(nodes),
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': String(nodes),
  'transaction.state.log.num.partitions': '4',
  'transaction.state.log.min.isr': '1',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
  'share.coordinator.state.topic.replication.factor': String(nodes),
  'share.coordinator.state.topic.num.partitions': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1000',
  'controlled.shutdown.enable': String(nodes > 1),
  'log.cleaner.dedupe.buffer.size': '10485760',
  'num.network.threads': '2',
  'num.io.threads': '4',
});

/**
 * For brokers that are killed: looking for overdue transactions begins late. A broker that does so while it still starts,
 * which takes long where others use the machine, may not know the partitions yet, and ends the transaction without a
 * marker in them: their last stable offset stands still for good.
 */
export const killedBroker: Readonly<Record<string, string>> = {
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '60000',
};

const loginModule = (name: string, options: string): string =>
  `org.apache.kafka.common.security.${name} required${options};`;

const security = ({ options: { secure }, certificate }: NodeSettings): Record<string, string> => {
  if (secure === undefined) return {};
  const users = Object.entries(secure.users).map(([name, password]) => ` user_${name}="${password}"`);
  const prefix = 'listener.name.client';
  const settings: Record<string, string> = {};
  if (secure.protocol !== 'SSL') {
    settings[`${prefix}.sasl.enabled.mechanisms`] = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER';
    settings[`${prefix}.plain.sasl.jaas.config`] = loginModule('plain.PlainLoginModule', users.join(''));
    for (const bits of ['256', '512']) {
      settings[`${prefix}.scram-sha-${bits}.sasl.jaas.config`] = loginModule('scram.ScramLoginModule', '');
    }
    const subject = ' unsecuredLoginStringClaim_sub="broker"';
    settings[`${prefix}.oauthbearer.sasl.jaas.config`] = loginModule('oauthbearer.OAuthBearerLoginModule', subject);
  }
  if (certificate !== null) {
    settings[`${prefix}.ssl.keystore.type`] = 'PEM';
    settings[`${prefix}.ssl.keystore.location`] = certificate.serverFile;
  }
  return settings;
};

/** Everybody on the listener without security is ANONYMOUS, and so are the brokers to each other. */
const accessControl = ({ options: { acls = false } }: NodeSettings): Record<string, string> =>
  acls
    ? {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      }
    : {};

/** The text of server.properties. */
export const nodeProperties = (settings: NodeSettings): string =>
  Object.entries({
    ...listeners(settings),
    'log.dirs': join(settings.place.folder, 'data'),
    ...quickStart(settings.places.length),
    ...security(settings),
    ...accessControl(settings),
    ...settings.options.properties,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

/** What the data folder of a node is formatted with. */
export const formatArguments = ({ features = {}, secure }: KafkaServerOptions): string[] => {
  const levels = Object.entries(features).flatMap(([name, level]) => ['--feature', `${name}=${level}`]);
  const users = Object.entries(secure?.users ?? {}).flatMap(([name, password]) =>
    ['256', '512'].flatMap((bits) => ['--add-scram', `SCRAM-SHA-${bits}=[name=${name},password=${password}]`]),
  );
  return ['--cluster-id', clusterId, ...levels, ...users];
};
