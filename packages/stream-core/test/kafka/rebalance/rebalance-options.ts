import { parseArgs } from 'node:util';

/** What the command measures. */
export interface RebalanceOptions {
  readonly scenario: 'gaps' | 'block';
  /** Null: a Kafka of its own. */
  readonly bootstrapServers: string | null;
  readonly partitions: number;
  readonly intervalMs: number;
  readonly quietMs: number;
  readonly blockMs: number;
  readonly sessionTimeoutMs: number;
  readonly isRolling: boolean;
}

/** How the command is used. */
export const rebalanceUsage = `usage: node --conditions=@millrace/source packages/stream-core/test/kafka/rebalance/main.ts gaps|block [options]

gaps   lets instances join, leave and restart, and prints how long readers of read_committed had to wait for the
       partitions that did not move, and for those that did
block  lets a call of user code stand still, and prints what became of the partitions of its instance

  --bootstrap HOST:PORT  a Kafka (one of its own)
  --partitions N         (12)
  --interval MS          between two records of a partition (50)
  --quiet SECONDS        gaps: how long nothing happens, for comparison (15)
  --block SECONDS        how long the call stands still; gaps: 0 leaves that phase out (20)
  --session SECONDS      block: the session timeout (45)
  --no-rolling           gaps: without a rolling restart
  --help                 prints this`;

/** Reads the command line; null when it asks for help, or makes no sense. */
export const readRebalanceOptions = (args: readonly string[]): RebalanceOptions | null => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      bootstrap: { type: 'string' },
      partitions: { type: 'string', default: '12' },
      interval: { type: 'string', default: '50' },
      quiet: { type: 'string', default: '15' },
      block: { type: 'string', default: '20' },
      session: { type: 'string', default: '45' },
      rolling: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  });
  const [scenario] = positionals;
  const numbers = {
    partitions: Number(values.partitions),
    intervalMs: Number(values.interval),
    quietMs: Number(values.quiet) * 1_000,
    blockMs: Number(values.block) * 1_000,
    sessionTimeoutMs: Number(values.session) * 1_000,
  };
  const isSound = Object.values(numbers).every((each) => Number.isFinite(each) && each >= 0);
  if (values.help || !isSound || (scenario !== 'gaps' && scenario !== 'block')) return null;
  return { ...numbers, scenario, bootstrapServers: values.bootstrap ?? null, isRolling: values.rolling };
};
