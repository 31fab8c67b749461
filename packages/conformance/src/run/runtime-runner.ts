import type { Clock, ProcessingGuarantee, StateBackend } from '@millrace/stream-core';
import { KafkaStreams, seededChance, silentLogger } from '@millrace/stream-core';
import { MemoryBroker } from '@millrace/stream-core/memory';
import type { Case } from '../language/case.ts';
import type { BuiltCase } from './built-case.ts';
import { buildCase, failedResult, runError } from './built-case.ts';
import { inputBytes } from './input-bytes.ts';
import { PacedBroker } from './paced-broker.ts';
import type { ActualRecord, RunError, Runner, RunResult } from './runner.ts';
import { checkRuntimeCanAnswer, showsOffsets, withOnePartition } from './runtime-limits.ts';
import { stateOptions } from './state-options.ts';
import { SteppedClock } from './stepped-clock.ts';

// How long an input may take, with everything that it causes; a record that is skipped is never committed by itself.
const processingLimitMs = 60_000;
// So long the instance gets to finish what needs no commit of an input: punctuations, and what they cause.
const settlingMs = 1_000;
const startLimitMs = 60_000;

/** The topics that a case writes to, and those that its answer knows. */
const outputTopics = ({ topology, expected }: Case): ReadonlySet<string> => {
  const named = topology.flatMap((op) =>
    (op.op === 'to' || op.op === 'papiSink') && op.topic !== null ? [op.topic] : [],
  );
  return new Set([...named, ...expected.topics.keys()]);
};

/** The topics that tasks read; those of global stores are read without a group. */
const readTopics = ({ topology, expected }: Case, { inputs }: BuiltCase): ReadonlySet<string> => {
  const global = topology.flatMap((op) => (op.op === 'globalTable' || op.op === 'globalStore' ? [op.topic] : []));
  return new Set([...inputs.keys(), ...expected.repartitions.keys()].filter((topic) => !global.includes(topic)));
};

/** What an error leaves behind is that of a transaction. */
const guaranteeOf = (testCase: Case): ProcessingGuarantee =>
  showsOffsets(testCase) && testCase.expected.error === null ? 'at_least_once' : 'exactly_once_v2';

/** A case on the whole runtime: an application instance and the broker that it works on. */
class RuntimeRun {
  readonly #built: BuiltCase;
  /** Moves the timers of instance and broker. */
  readonly #clock: SteppedClock;
  /** The wall clock that the topology sees: it stands still unless an input moves it, as in the test driver. */
  #wallMs: number;
  readonly #broker: MemoryBroker;
  readonly #paced: PacedBroker;
  readonly #admin: ReturnType<MemoryBroker['connect']>['admin'];
  readonly #streams: KafkaStreams;
  readonly #outputs: ReadonlySet<string>;
  /** What the application reads and commits: its input, and the topics of its own. */
  readonly #read: ReadonlySet<string>;
  /** The offsets of the input, by topic: a topic may hold output too. */
  readonly #fed = new Map<string, Set<number>>();

  constructor(testCase: Case, built: BuiltCase, state: StateBackend) {
    this.#built = built;
    this.#clock = new SteppedClock(0);
    this.#wallMs = testCase.config.wallClockStart;
    const chance = seededChance(1);
    this.#broker = new MemoryBroker({ clock: this.#clock, chance });
    this.#admin = this.#broker.connect({ clientId: 'conformance', clock: this.#clock, chance }).admin;
    this.#paced = new PacedBroker(this.#broker, this.#clock);
    this.#outputs = outputTopics(testCase);
    this.#read = readTopics(testCase, built);
    for (const topic of new Set([...built.inputs.keys(), ...this.#outputs])) {
      this.#broker.createTopic(topic, { partitions: 1 });
    }
    this.#streams = new KafkaStreams({
      ...built.config,
      topology: built.topology,
      broker: this.#paced,
      ...stateOptions(state),
      processingGuarantee: guaranteeOf(testCase),
      commitInterval: 0,
      emitInterval: 0,
      linger: 0,
      batchSizeBytes: 1,
      repartitionPurgeInterval: '1000d',
      clock: this.#wallClock(),
      chance,
      logger: silentLogger,
    });
  }

  async start(): Promise<void> {
    let outcome: 'starting' | 'running' | 'failed' = 'starting';
    const started = this.#streams.start().then(
      () => {
        outcome = 'running';
      },
      (error: unknown) => {
        outcome = 'failed';
        throw error;
      },
    );
    started.catch(() => undefined);
    const isDone = await this.#clock.advance(startLimitMs, () => outcome !== 'starting');
    if (!isDone) throw new Error('the instance did not start');
    await started;
  }

  /** Writes an input, and moves the time on until it must be processed and committed. @throws what ended the instance */
  async feed(input: Case['input'][number]): Promise<void> {
    if (input.kind === 'record') await this.#feedRecord(input);
    else this.#wallMs += input.ms;
    // What settles may have sent something on to another sub-topology.
    let before = -1;
    while (!this.#hasEnded && before !== this.#written()) {
      before = this.#written();
      await this.#clock.advance(processingLimitMs, () => this.#hasEnded || (this.#paced.isIdle && this.#isCommitted()));
      await this.#clock.advance(settlingMs, () => this.#hasEnded);
    }
    if (this.#hasEnded) throw this.#streams.error;
  }

  async #feedRecord(input: Extract<Case['input'][number], { kind: 'record' }>): Promise<void> {
    const { topic, ...record } = inputBytes(input, this.#built.inputs);
    const [placed] = this.#broker.produce(topic, [{ ...record, partition: 0 }]);
    if (placed !== undefined) this.#fed.set(topic, (this.#fed.get(topic) ?? new Set()).add(placed.offset));
  }

  #wallClock(): Clock {
    return {
      now: () => this.#wallMs,
      monotonic: () => this.#clock.monotonic(),
      schedule: (delayMs, callback) => this.#clock.schedule(delayMs, callback),
    };
  }

  /** What was committed to output topics and internal ones, without what was fed. */
  async produced(): Promise<ActualRecord[]> {
    const prefix = `${this.#built.config.applicationId}-`;
    const internal = (await this.#admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    return [...this.#outputs.union(new Set(internal))].flatMap((topic) =>
      this.#broker.records(topic).filter(({ offset }) => this.#fed.get(topic)?.has(offset) !== true),
    );
  }

  get #hasEnded(): boolean {
    return this.#streams.state === 'ERROR';
  }

  /** How many records there are in everything that is read. */
  #written(): number {
    return [...this.#read].reduce((sum, topic) => sum + this.#broker.records(topic).length, 0);
  }

  /** Whether the committed offsets of all sources lie behind their last record. */
  async #isCommitted(): Promise<boolean> {
    const committed = await this.#admin.groupOffsets(this.#built.config.applicationId);
    return [...this.#read].every((topic) => {
      const last = this.#broker.records(topic).at(-1);
      return last === undefined || (committed.get(`${topic}-0`) ?? 0) > last.offset;
    });
  }

  async close(): Promise<void> {
    let isClosed = false;
    const closed = this.#streams.close().finally(() => {
      isClosed = true;
    });
    await this.#clock.advance(startLimitMs, () => isClosed);
    await closed;
  }
}

const feedAll = async (run: RuntimeRun, testCase: Case): Promise<RunError | null> => {
  for (const [index, input] of testCase.input.entries()) {
    try {
      await run.feed(input);
    } catch (thrown) {
      return runError('run', thrown, index);
    }
  }
  return null;
};

const open = async (testCase: Case, built: BuiltCase, state: StateBackend): Promise<RuntimeRun | RunError> => {
  try {
    const run = new RuntimeRun(testCase, built, state);
    await run.start();
    return run;
  } catch (error) {
    return runError('init', error);
  }
};

/**
 * Runs cases on a whole application instance over the memory broker: each sub-topology is a task of its own, and every
 * record, repartitioned ones too, is committed by itself before the next one. Stores are compared by their changelogs.
 */
export const runtimeRunner: Runner = {
  name: 'runtime',
  run: async (asked, state): Promise<RunResult> => {
    const testCase = withOnePartition(asked);
    const built = buildCase(testCase);
    if (!('kind' in built)) return built;
    const { describe, retentions } = built;
    checkRuntimeCanAnswer(testCase, describe);
    const run = await open(testCase, built, state);
    if (!(run instanceof RuntimeRun)) return failedResult(run, describe);
    const error = await feedAll(run, testCase);
    await run.close();
    const produced = await run.produced();
    // The offsets in what was written before an error are those of transactions.
    const hasInternalTopics = error === null || !showsOffsets(testCase);
    return { describe, produced, hasInternalTopics, stores: null, retentions, error };
  },
};
