/** The engines that keep the state of a run. */
export type PeerState = 'rocksdb' | 'lmdb';

/** What the harness tells a peer, and what `ours.json` adds to it. */
export interface PeerEnvironment {
  readonly bootstrapServers: string;
  readonly workload: string;
  readonly isExactlyOnce: boolean;
  readonly applicationId: string;
  /** What the names of the input topics begin with. */
  readonly topicPrefix: string;
  readonly outputTopic: string;
  readonly stateDirectory: string;
  /** The directory of `registry.json` and of the Avro schemas that it names. */
  readonly schemas: string;
  readonly commitIntervalMs: number;
  readonly lingerMs: number | null;
  readonly state: PeerState;
  readonly stateMemoryMib: number;
}

/** @throws RangeError when something is missing that the harness always gives */
export const readEnvironment = (env: NodeJS.ProcessEnv): PeerEnvironment => {
  const given = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new RangeError(`${name} is not set: the harness of the peer benchmark starts this`);
    return value;
  };
  return {
    bootstrapServers: given('BOOTSTRAP'),
    workload: given('WORKLOAD'),
    isExactlyOnce: given('MODE') === 'eos',
    applicationId: given('APP_ID'),
    topicPrefix: env['TOPIC_PREFIX'] ?? '',
    outputTopic: given('OUT'),
    stateDirectory: given('STATE_DIR'),
    schemas: given('SCHEMAS'),
    commitIntervalMs: Number(given('COMMIT_MS')),
    lingerMs: env['LINGER_MS'] === undefined ? null : Number(env['LINGER_MS']),
    state: env['STATE'] === 'lmdb' ? 'lmdb' : 'rocksdb',
    stateMemoryMib: Number(env['STATE_MEMORY_MIB'] ?? 1_024),
  };
};
