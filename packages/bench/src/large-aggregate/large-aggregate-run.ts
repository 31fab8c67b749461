import { seededChance } from '@millrace/stream-core';
import { anonymousBytes } from '../large-state/anonymous-bytes.ts';
import type { stateEngines } from '../state-engines.ts';
import { zipfRank } from '../zipf.ts';
import type { Cost } from './counting-application.ts';
import { CountingApplication } from './counting-application.ts';

const chunkInputs = 100_000;
const reportEveryChunks = 10;
/** A prime, so that keys come in no order. */
const stride = 7_368_787;
const mebibyte = 2 ** 20;

/** Which of the keys an input has. */
export type KeyChoice = 'uniform' | 'zipf';

/** What to count, and within how much memory. */
export interface LargeAggregateOptions {
  readonly engine: keyof typeof stateEngines;
  /** All of them are counted once before anything is measured. */
  readonly keys: number;
  readonly choice: KeyChoice;
  /** Inputs that are measured. */
  readonly inputs: number;
  readonly memoryMaxBytes: number;
  readonly onProgress: (text: string) => void;
}

/** What an input costs an application that counts by key, with its changelog, its commits and the embedded broker. */
export interface LargeAggregateReport {
  readonly engine: string;
  readonly keys: number;
  readonly choice: KeyChoice;
  readonly memoryMaxMiB: number;
  /** User and system time of the process. */
  readonly cpuMicrosPerInput: number;
  readonly wallMicrosPerInput: number;
  /** Anonymous memory of the process before the first input, and the most after any chunk of inputs. */
  readonly anonymousStartMiB: number;
  readonly anonymousMaxMiB: number;
  /** The sum of all counts, which has to be the number of all inputs. */
  readonly counted: number;
  readonly inputsInAll: number;
}

const keyOf = (index: number): Buffer => Buffer.from(`key-${String(index).padStart(12, '0')}`);

const chooser = ({ keys, choice }: LargeAggregateOptions): (() => number) => {
  const chance = seededChance(1);
  if (choice === 'uniform') return () => Math.floor(chance() * keys);
  return () => (zipfRank(chance, keys) * stride) % keys;
};

/** Counts every key once, then the inputs that are measured, and says what one of those cost. */
export const largeAggregateRun = async (options: LargeAggregateOptions): Promise<LargeAggregateReport> => {
  const { engine, keys, choice, inputs, memoryMaxBytes, onProgress } = options;
  const application = new CountingApplication(engine, memoryMaxBytes);
  await application.start();
  const anonymousStart = anonymousBytes();
  let anonymousMax = anonymousStart;
  const count = async (name: string, amount: number, next: (index: number) => number): Promise<Cost> => {
    const sum = { cpuMicros: 0, wallMicros: 0 };
    for (let from = 0; from < amount; from += chunkInputs) {
      const size = Math.min(chunkInputs, amount - from);
      const cost = await application.count(Array.from({ length: size }, (_, at) => keyOf(next(from + at))));
      sum.cpuMicros += cost.cpuMicros;
      sum.wallMicros += cost.wallMicros;
      anonymousMax = Math.max(anonymousMax, anonymousBytes());
      if ((from / chunkInputs) % reportEveryChunks === 0) onProgress(`${engine} ${name}: ${from + size} of ${amount}`);
    }
    return sum;
  };
  await count('fill', keys, (index) => (index * stride) % keys);
  const { cpuMicros, wallMicros } = await count(choice, inputs, chooser(options));
  const counted = await application.sumOfCounts();
  await application.close();
  const perInput = (micros: number): number => Math.round((micros / inputs) * 100) / 100;
  return {
    engine,
    keys,
    choice,
    memoryMaxMiB: Math.round(memoryMaxBytes / mebibyte),
    cpuMicrosPerInput: perInput(cpuMicros),
    wallMicrosPerInput: perInput(wallMicros),
    anonymousStartMiB: Math.round(anonymousStart / mebibyte),
    anonymousMaxMiB: Math.round(anonymousMax / mebibyte),
    counted,
    inputsInAll: keys + inputs,
  };
};
