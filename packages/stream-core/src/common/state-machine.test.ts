import { expect, test } from 'vitest';
import type { TransitionTable } from './state-machine.ts';
import { StateMachine } from './state-machine.ts';

type Light = 'red' | 'green' | 'off';
const table: TransitionTable<Light> = { red: ['green', 'off'], green: ['red'], off: [] };

test('listeners hear of every change, in the order in which they came', () => {
  const machine = new StateMachine<Light>('red', table);
  const heard: string[] = [];
  machine.onChange((next, previous) => heard.push(`first ${previous} ${next} ${machine.state}`));
  machine.onChange((next) => heard.push(`second ${next}`));
  machine.become('green');
  machine.become('red');
  expect(heard).toEqual(['first red green green', 'second green', 'first green red red', 'second red']);
});

test('the same state again is no change, even where the table does not list it', () => {
  const machine = new StateMachine<Light>('off', table);
  machine.onChange(() => expect.fail('nothing changed'));
  machine.become('off');
  expect(machine.state).toBe('off');
});

test('a change that the table does not allow throws and changes nothing', () => {
  const machine = new StateMachine<Light>('green', table);
  machine.onChange(() => expect.fail('nothing changed'));
  expect(machine.canBecome('off')).toBe(false);
  expect(() => machine.become('off')).toThrow('green cannot become off');
  expect(machine.state).toBe('green');
  expect(machine.canBecome('red')).toBe(true);
});
