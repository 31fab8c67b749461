import { describe, expect, test } from 'vitest';
import { runCli } from './cli.ts';

/** The exit code of a command line, and what it prints. */
const run = async (...args: readonly string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
};

describe('help', () => {
  test.each(['--help', 'help'])('%s lists the commands', async (word) => {
    const { code, out, err } = await run(word);
    expect(code).toBe(0);
    expect(out).toMatch(/^usage: millrace COMMAND/);
    expect(out).toContain('  demo ');
    expect(out).toContain('  run ');
    expect(err).toBe('');
  });

  test('of the demo lists its options', async () => {
    const { code, out } = await run('demo', '--help');
    expect(code).toBe(0);
    for (const option of ['payments', 'seed', 'instances', 'fraud', 'fraud-down', 'json']) {
      expect(out).toContain(`  --${option} `);
    }
  });
});

test('help of run payments lists its options', async () => {
  const { code, out } = await run('run', 'payments', '--help');
  expect(code).toBe(0);
  for (const option of ['bootstrap', 'registry', 'state', 'create-topics', 'scale', 'health-port', 'config']) {
    expect(out).toContain(`  --${option}`);
  }
});

test('a run whose settings are wrong exits with 2 and tells all that is wrong', async () => {
  const { code, out, err } = await run('run', 'payments', '--scale', 'x', '--sasl-password', 'hunter2');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  for (const part of ['--bootstrap: it is missing', '--scale x: give a number', '--sasl-password: a secret is never']) {
    expect(err).toContain(part);
  }
  expect(err).toContain('millrace run --help lists the options.');
  expect(err).not.toContain('hunter2');
});

describe('a command line that cannot be used exits with 2 and prints nothing to stdout', () => {
  test('no command', async () => {
    expect(await run()).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^usage:/) });
  });

  test.each(['demos', 'toString', 'constructor', '__proto__', ''])('no such command: %s', async (name) => {
    const { code, out, err } = await run(name);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`millrace: there is no command ${name}\n\nusage:`);
  });

  test.each([
    [['--paymets', '5'], "Unknown option '--paymets'"],
    [['--payments'], "'--payments <value>' argument missing"],
    [['--json=yes'], "'--json' does not take an argument"],
    [['faster'], "Unexpected argument 'faster'"],
  ])('%j', async (args, problem) => {
    const { code, out, err } = await run('demo', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('millrace demo: ');
    expect(err).toContain(problem);
    expect(err).toContain('millrace demo --help lists the options.');
  });

  test('all wrong values are told at once', async () => {
    const args = ['--payments', '99', '--seed', '-1', '--instances=9', '--fraud', 'builtn', '--fraud-down'];
    const { code, err } = await run('demo', ...args.map((arg) => (arg === '-1' ? 'x' : arg)));
    expect(code).toBe(2);
    expect(err.split('\n')).toEqual([
      'millrace demo: --payments 99: give a whole number from 100 to 5000000',
      '--seed x: give a whole number from 0 to 1000000',
      '--instances 9: give a whole number from 1 to 8',
      '--fraud builtn: give builtin or external',
      '--fraud-down: there is no system to be down with --fraud builtin',
      '',
      'millrace demo --help lists the options.',
    ]);
  });
});

test('a run whose books balance exits with 0; with --json, stdout has nothing but the report', {
  timeout: 120_000,
}, async () => {
  const { code, out, err } = await run('demo', '--payments', '100', '--seed', '9', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ sent: 110, confirmed: 110, books: { isBalanced: true } });
  expect(err).toContain('payment-orchestrator-1, fraud-management-1, revenue-management-1, mpesa-core-1 are running');
});
