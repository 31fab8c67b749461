import { textHash } from '../../shared/text-hash.ts';

/** What becomes of an answer to a request. `late`: it comes when nobody waits for it any more. */
export type AnswerFault = 'none' | 'missing' | 'late' | 'twice';

/** What becomes of a command to core. `lost`: it never arrives; `silent`: it is obeyed, and the reply never arrives. */
export type CommandFault = 'none' | 'lost' | 'silent' | 'late' | 'twice';

/** Everything that goes wrong around one payment. */
export interface FaultPlan {
  readonly fraud: AnswerFault;
  readonly revenue: AnswerFault;
  readonly core: AnswerFault;
  /** By attempt, beginning with the first; further ones go well. */
  readonly commands: readonly CommandFault[];
}

/** How often faults happen, in ten thousand payments. */
export interface FaultRates {
  readonly missing: number;
  readonly late: number;
  readonly twice: number;
  /** Core does not answer the first, the first two, the first three commands. */
  readonly unansweredOnce: number;
  readonly unansweredTwice: number;
  readonly unansweredThrice: number;
}

/** The faults of the demo. */
export const demoFaults: FaultRates = {
  missing: 20,
  late: 15,
  twice: 50,
  unansweredOnce: 20,
  unansweredTwice: 10,
  unansweredThrice: 5,
};

/** Nothing ever goes wrong. */
export const noFaults: FaultRates = {
  missing: 0,
  late: 0,
  twice: 0,
  unansweredOnce: 0,
  unansweredTwice: 0,
  unansweredThrice: 0,
};

/** Chooses by a number from 0 to 9,999: each choice takes as many of them as it says. */
const choose = <T>(roll: number, choices: readonly (readonly [T, number])[], otherwise: T): T => {
  let upTo = 0;
  for (const [choice, share] of choices) {
    upTo += share;
    if (roll < upTo) return choice;
  }
  return otherwise;
};

/**
 * What goes wrong around a payment: a function of the seed and the transactionId alone, so that simulators agree on it
 * without talking to each other, every run has the same faults, and the books can say what should have come of them.
 */
export const planFaults = (transactionId: string, seed: number, rates: FaultRates): FaultPlan => {
  const roll = (salt: number): number => textHash(transactionId, seed * 31 + salt) % 10_000;
  const answer = (salt: number): AnswerFault =>
    choose<AnswerFault>(
      roll(salt),
      [
        ['missing', rates.missing],
        ['late', rates.late],
        ['twice', rates.twice],
      ],
      'none',
    );
  const unanswered = (salt: number): CommandFault => (roll(salt) % 2 === 0 ? 'lost' : 'silent');
  const once = [unanswered(5)];
  const twice = [...once, unanswered(6)];
  const commands = choose<readonly CommandFault[]>(
    roll(4),
    [
      [once, rates.unansweredOnce],
      [twice, rates.unansweredTwice],
      [[...twice, unanswered(7)], rates.unansweredThrice],
      [['late'], rates.late],
      [['twice'], rates.twice],
    ],
    [],
  );
  return { fraud: answer(1), revenue: answer(2), core: answer(3), commands };
};

/**
 * Whether nothing holds a payment up that is well. Who answers twice answers in time; and where the external fraud
 * system is silent, the conservative rules answer.
 */
export const isPrompt = ({ revenue, core, commands }: FaultPlan): boolean =>
  [revenue, core, commands[0] ?? 'none'].every((fault) => fault === 'none' || fault === 'twice');
