import type { RequestKind } from '../../adapters/memory/faults.ts';
import { formatTaskId } from '../../common/task-id.ts';
import type { AwaitPlace } from './await-places.ts';
import { awaitPlaces } from './await-places.ts';
import { LogStrikes } from './log-strikes.ts';
import type { DiskFault, MemoryDisk } from './memory-disk.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedInstance } from './simulated-instance.ts';

/** What can happen to instances and brokers. */
export const strikeNames = [
  'crash',
  'crash loop',
  'hang',
  'zombie',
  'transaction time-out',
  'leave',
  'join',
  'rebalance storm',
  'brokers away',
  'clock jump',
  'damaged database',
  'broker restart',
  'leader moves',
  'coordinator moves',
  'disk writes fail',
  'disk read-only',
  'changelog truncated',
  'changelog compacted',
  'input deleted',
  'aborted records',
] as const;

type StrikeName = (typeof strikeNames)[number];

/** What happens to an instance when it comes to a place. */
interface AmbushPlan {
  readonly what: 'crash' | 'hang';
  readonly act: () => void;
  /** One of them; of all when there is none. */
  readonly places?: readonly AwaitPlace[];
}

const placesOf = (...kinds: readonly RequestKind[]): AwaitPlace[] =>
  kinds.flatMap((kind): AwaitPlace[] => [`before ${kind}`, `after ${kind}`]);

const startPlaces = placesOf(
  'createTopics',
  'createTopics',
  'describeConfigs',
  'listOffsets',
  'findCoordinator',
  'offsetFetch',
);
const leavePlaces = placesOf('leaveGroup');

const instancesMax = 4;

/** Draws what happens to instances and brokers, and lets it happen. */
export class Strikes {
  readonly #cluster: SimulatedCluster;
  readonly #kinds: readonly (readonly [
    weight: number,
    name: StrikeName,
    strike: (victim: SimulatedInstance) => void,
  ])[];

  /** @param keepsInput whether somebody else reads the input topics too */
  constructor(cluster: SimulatedCluster, keepsInput = false) {
    this.#cluster = cluster;
    const logs = new LogStrikes(cluster);
    const isExact = cluster.guarantee === 'exactly_once_v2';
    const isSharded = cluster.brokers !== null;
    const hasZombies = cluster.hasZombies ? 1 : 0;
    this.#kinds = [
      [6, 'crash', (victim) => this.crash(victim)],
      [2, 'crash loop', (victim) => this.#crashLoop(victim, 2 + this.#draw(3))],
      [3, 'hang', (victim) => this.#hang(victim, 50 + this.#draw(250))],
      [3 * hasZombies, 'zombie', (victim) => this.#hang(victim, 1_500 + this.#draw(1_500))],
      [2 * hasZombies, 'transaction time-out', (victim) => this.#hang(victim, 3_500 + this.#draw(1_500))],
      [3, 'leave', (victim) => this.#leave(victim)],
      [2, 'join', () => this.#join()],
      [2, 'rebalance storm', () => this.#storm()],
      [2 * hasZombies, 'brokers away', () => this.#brokersAway()],
      [1, 'clock jump', (victim) => victim.clock.jump(this.#draw(4_000) - 2_000)],
      [1, 'damaged database', (victim) => this.#damage(victim)],
      [isSharded ? 3 * hasZombies : 0, 'broker restart', () => this.#restartNode()],
      [isSharded ? 3 : 0, 'leader moves', () => this.#moveLeaders()],
      [isSharded ? 3 : 0, 'coordinator moves', () => this.#moveCoordinators()],
      [1, 'disk writes fail', (victim) => this.#failDisk(victim, 'writes fail')],
      [1, 'disk read-only', (victim) => this.#failDisk(victim, 'read-only')],
      [2, 'changelog truncated', () => logs.truncateChangelogs()],
      [2, 'changelog compacted', () => logs.compactChangelogs()],
      [keepsInput ? 0 : 2, 'input deleted', () => logs.purgeInput()],
      // Who reads without isolation would take them for real.
      [isExact ? 2 : 0, 'aborted records', () => this.#abortedRecords(logs)],
    ];
  }

  /** Something happens. */
  strike(): void {
    const victim = this.#victim();
    const sum = this.#kinds.reduce((total, [weight]) => total + weight, 0);
    let dice = this.#cluster.chance() * sum;
    for (const [weight, name, strike] of this.#kinds) {
      dice -= weight;
      if (dice >= 0) continue;
      this.#met(name);
      strike(victim);
      return;
    }
  }

  /** Lets an instance crash at one of its next requests; it comes back soon, later on an empty disk, or others do its work. */
  crash(victim: SimulatedInstance = this.#victim(), places: readonly AwaitPlace[] = []): void {
    const act = (): void => {
      const disk = this.#cluster.crash(victim);
      this.#after(this.#draw(1_500), () => this.#replace(disk));
    };
    this.#ambush(victim, { what: 'crash', act, places });
  }

  #crashLoop(victim: SimulatedInstance, times: number): void {
    const act = (): void => {
      const disk = this.#cluster.crash(victim);
      this.#cluster.trace.count('seen crash in a loop');
      this.#after(this.#draw(300), () => {
        const next = this.#cluster.start(disk);
        if (times > 1) this.#crashLoop(next, times - 1);
      });
    };
    this.#ambush(victim, { what: 'crash', act });
  }

  #hang(victim: SimulatedInstance, ms: number): void {
    const { trace } = this.#cluster;
    const act = (): void => {
      trace.add(victim.clientId, `hangs for ${Math.round(ms)} ms`);
      victim.hang();
      this.#cluster.clock.schedule(ms, () => {
        trace.add(victim.clientId, 'goes on');
        victim.goOn();
      });
      if (this.#cluster.upInstances.length === 0) this.#cluster.start();
    };
    this.#ambush(victim, { what: 'hang', act });
  }

  /** Lets an instance crash while it begins, where it waits only then. */
  crashAtStart(victim: SimulatedInstance): void {
    this.crash(victim, startPlaces);
  }

  #leave(victim: SimulatedInstance): void {
    if (this.#cluster.chance() < 0.3) this.crash(victim, leavePlaces);
    this.#cluster.leave(victim).then(
      (disk) => this.#after(this.#draw(500), () => this.#replace(disk)),
      (error: unknown) => this.#cluster.trace.add(victim.clientId, `could not leave: ${String(error)}`),
    );
  }

  #join(): void {
    if (this.#cluster.upInstances.length < instancesMax) this.#cluster.start();
  }

  #storm(): void {
    for (let turn = 0; turn < 4; turn++) {
      this.#after(turn * 150, () => {
        const [first, second] = this.#cluster.upInstances;
        if (turn % 2 === 0 || first === undefined || second === undefined) this.#join();
        else this.#leave(first);
      });
    }
  }

  #brokersAway(): void {
    const { faults, trace, clock } = this.#cluster;
    faults.areBrokersAway = true;
    clock.schedule(200 + this.#draw(2_000), () => {
      trace.add('world', 'brokers are back');
      faults.areBrokersAway = false;
    });
  }

  #restartNode(): void {
    const { brokers, trace, clock } = this.#cluster;
    if (brokers === null || brokers.upNodes.length < 2) return;
    const nodeId = brokers.upNodes[this.#draw(brokers.upNodes.length)]?.nodeId ?? 0;
    trace.add('world', `node ${nodeId} stops`);
    brokers.stop(nodeId);
    clock.schedule(100 + this.#draw(1_500), () => {
      trace.add('world', `node ${nodeId} starts`);
      brokers.start(nodeId);
    });
  }

  #moveLeaders(): void {
    const { brokers, broker, chance } = this.#cluster;
    const up = brokers?.upNodes ?? [];
    for (const { topicPartition } of [...broker.cluster.topics.logs()]) {
      const target = up[this.#draw(up.length)];
      if (chance() < 0.4 && target !== undefined) brokers?.moveLeader(topicPartition, target.nodeId);
    }
  }

  #damage({ disk }: SimulatedInstance): void {
    for (const { taskId } of disk.databases.values()) {
      if (this.#cluster.chance() < 0.5) disk.damaged.add(formatTaskId(taskId));
    }
  }

  #moveCoordinators(): void {
    const { brokers, trace } = this.#cluster;
    const up = brokers?.upNodes ?? [];
    const turn = 1 + this.#draw(2);
    brokers?.moveCoordinators(turn);
    trace.add('world', `coordinators move by ${turn} of ${up.length} nodes`);
  }

  /** For a while nothing can be written; an instance that ends by it begins again on its disk when that is mended. */
  #failDisk(victim: SimulatedInstance, fault: DiskFault): void {
    const { disk } = victim;
    disk.fault = fault;
    this.#cluster.clock.schedule(100 + this.#draw(1_500), () => {
      disk.fault = null;
      if (!victim.hasEnded || victim.isDead || this.#cluster.faults.isCalm) return;
      this.#cluster.trace.count('seen instance ended by its disk');
      this.#cluster.start(disk.copy());
    });
  }

  #abortedRecords(logs: LogStrikes): void {
    logs.abortedTail().catch((error: unknown) => {
      this.#cluster.trace.add('world', `nothing was aborted: ${String(error)}`);
    });
  }

  #ambush(victim: SimulatedInstance, { what, act, places = [] }: AmbushPlan): void {
    const isAnywhere = places.length === 0 && this.#cluster.chance() >= 0.6;
    const from = places.length === 0 ? awaitPlaces : places;
    const place = isAnywhere ? null : (from[this.#draw(from.length)] ?? null);
    // Without a place it is the next one after so many.
    const patience = place === null ? 1 + this.#draw(30) : 150;
    const spring = (at: AwaitPlace): void => {
      this.#cluster.trace.count(`${what} ${at}`);
      act();
    };
    victim.ambush = { place, patience, spring };
  }

  #replace(disk: MemoryDisk): void {
    const dice = this.#cluster.chance();
    if (dice < 0.7) this.#cluster.start(disk);
    else if (dice < 0.9 || this.#cluster.upInstances.length === 0) this.#cluster.start();
  }

  #victim(): SimulatedInstance {
    const up = this.#cluster.upInstances;
    return up[this.#draw(up.length)] ?? this.#cluster.start();
  }

  /** Later, unless all is calm by then. */
  #after(ms: number, act: () => void): void {
    this.#cluster.clock.schedule(ms, () => {
      if (!this.#cluster.faults.isCalm) act();
    });
  }

  #draw(below: number): number {
    return Math.floor(this.#cluster.chance() * below);
  }

  #met(name: string): void {
    this.#cluster.trace.add('world', name);
    this.#cluster.trace.count(`fault ${name}`);
  }
}
