import { fileURLToPath } from 'node:url';

import { runJava } from './java-program.ts';

const source = fileURLToPath(new URL('AbortedTransactions.java', import.meta.url));

/**
 * The transactions with an abort marker in the data folder of a broker that has stopped, as Kafka's own classes read it.
 * What was deleted from the logs is not counted.
 *
 * @returns producer id and epoch of each
 */
export const abortedTransactions = async (dataFolder: string): Promise<string[]> => {
  const transactions: string[] = [];
  await runJava(source, [dataFolder], (line) => transactions.push(line));
  return transactions;
};
