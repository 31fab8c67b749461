import type { Decoder } from './decode.ts';
import { flag, integer, list, object, or, tagged, text, word } from './decode.ts';
import { keyFunction, predicateFunction } from './function-decoders.ts';
import type { KeyFunction, PredicateFunction } from './functions.ts';

/** When a processor punctuates. */
export interface PunctuationSpec {
  readonly intervalMs: number;
  readonly type: 'stream' | 'wall';
}

/** The processors of the case language, section 4.5. What they do is in the folder processors. */
export type ProcessorSpec =
  | { readonly name: 'identity' | 'meta' }
  | { readonly name: 'headerAdder'; readonly header: string; readonly value: string }
  | { readonly name: 'dedupe' | 'storePut' | 'storeGet' | 'globalGet'; readonly store: string }
  | ({ readonly name: 'countPunct'; readonly store: string; readonly reset: boolean } & PunctuationSpec)
  | ({ readonly name: 'ttl'; readonly store: string; readonly ttlMs: number } & PunctuationSpec)
  | ({ readonly name: 'buffer'; readonly store: string } & PunctuationSpec)
  | ({ readonly name: 'tick'; readonly max: number } & PunctuationSpec)
  | {
      readonly name: 'forwardToChild';
      readonly routes: readonly { readonly pred: PredicateFunction; readonly child: string }[];
      readonly all: boolean;
    }
  | { readonly name: 'windowCount' | 'versioned'; readonly store: string; readonly lookbackMs: number }
  | { readonly name: 'sessionCount'; readonly store: string; readonly gapMs: number }
  | { readonly name: 'shiftTs'; readonly deltaMs: number }
  | { readonly name: 'repeat'; readonly n: number; readonly stepMs: number }
  | { readonly name: 'rekey'; readonly key: KeyFunction }
  | { readonly name: 'throwIf'; readonly s: string };

const punctuation = { intervalMs: or(integer, 0), type: or(word('stream', 'wall'), 'stream') };
const stored = { store: text };
const lookback = { ...stored, lookbackMs: or(integer, 0) };

export const processorSpec: Decoder<ProcessorSpec> = tagged<ProcessorSpec, 'name'>('name', {
  identity: {},
  meta: {},
  headerAdder: { header: or(text, 'h'), value: or(text, 'x') },
  dedupe: stored,
  storePut: stored,
  storeGet: stored,
  globalGet: stored,
  countPunct: { ...stored, ...punctuation, reset: or(flag, false) },
  ttl: { ...stored, ...punctuation, ttlMs: or(integer, 0) },
  buffer: { ...stored, ...punctuation },
  tick: { ...punctuation, max: or(integer, 3) },
  forwardToChild: { routes: list(object({ pred: predicateFunction, child: text })), all: or(flag, false) },
  windowCount: lookback,
  versioned: lookback,
  sessionCount: { ...stored, gapMs: or(integer, 0) },
  shiftTs: { deltaMs: or(integer, 0) },
  repeat: { n: or(integer, 2), stepMs: or(integer, 0) },
  rekey: { key: keyFunction },
  throwIf: { s: or(text, '') },
});
