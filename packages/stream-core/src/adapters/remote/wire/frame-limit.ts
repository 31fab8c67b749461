import { ConfigError } from '../../../errors/streams-error.ts';

const defaultFrameBytes = 67_108_864;

/** Below this, what is not records might not fit. */
const leastFrameBytes = 131_072;

/** What the prefix of a frame can say. */
const mostFrameBytes = 0xffff_ffff;

/** @throws ConfigError CONFIG_INVALID */
export const resolveMaxFrameBytes = (maxFrameBytes: number = defaultFrameBytes): number => {
  if (maxFrameBytes >= leastFrameBytes && maxFrameBytes <= mostFrameBytes) return maxFrameBytes;
  const problem = `it is ${maxFrameBytes}`;
  const remedy = `give a number from ${leastFrameBytes} to ${mostFrameBytes}`;
  throw new ConfigError([{ where: 'maxFrameBytes', problem, remedy }]);
};
