import { TopologyError } from '../errors/streams-error.ts';

const nameMaxLength = 249;

/**
 * Refuses names that could not become part of a topic name.
 *
 * @throws TopologyError
 */
export const validateName = (name: string): void => {
  const refuse = (problem: string): never => {
    throw new TopologyError([{ where: name, problem, remedy: "use ASCII letters, digits, '.', '_' and '-'" }]);
  };
  if (name === '') refuse('a name must not be empty');
  if (name === '.' || name === '..') refuse("a name must not be '.' or '..'");
  if (name.length > nameMaxLength) refuse(`a name has at most ${nameMaxLength} characters`);
  if (!/^[a-zA-Z0-9._-]*$/.test(name)) refuse('the name has a character that topics cannot have');
};
