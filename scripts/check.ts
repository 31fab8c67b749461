// `pnpm check`: every gate but the tests.
import { runGates } from './gates.ts';

const results = await runGates();
const failed = results.filter(({ isPassed }) => !isPassed).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
