import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Setting } from './setting.ts';
import { environmentName, fileName } from './setting.ts';

/** A value as it was given, and where, for messages. */
export interface GivenValue {
  readonly text: string;
  readonly where: string;
}

/** What was given for a command: the values by the names of their settings, and what is wrong with the rest. */
export interface GivenSettings {
  readonly values: ReadonlyMap<string, GivenValue>;
  readonly problems: readonly string[];
  readonly isHelp: boolean;
}

/** Where settings come from. A flag counts more than the environment, and that more than the file. */
export interface SettingSources {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Values = Map<string, GivenValue>;

interface Flags {
  readonly values: Values;
  readonly isHelp: boolean;
}

interface FlagToken {
  readonly name: string;
  /** As it was written. */
  readonly rawName: string;
  readonly value: string | undefined;
}

/** The value of a flag; a text that begins with the flag is what is wrong with it. */
const readFlag = ({ name, rawName, value }: FlagToken, setting: Setting | null): GivenValue | string => {
  const where = rawName;
  if (setting === null) return `${where}: there is no such option`;
  if (setting.kind === 'secret') {
    return `${where}: a secret is never a flag; set ${environmentName(name)}, or ${fileName(name)} in the file of --config`;
  }
  if (setting.kind === 'switch') {
    if (value === undefined) return { text: String(rawName !== `--no-${name}`), where };
    return `${where}: it takes no value; use --${name} or --no-${name}`;
  }
  // What looks like another flag is one whose own value was forgotten.
  return value === undefined || value.startsWith('--') ? `${where}: the value is missing` : { text: value, where };
};

const configSetting: Setting = { name: 'config', kind: 'value', help: '' };

const readFlags = (settings: readonly Setting[], args: readonly string[], problems: string[]): Flags => {
  const known = new Map([configSetting, ...settings].map((setting) => [setting.name, setting]));
  const types = [...known.values()].map(
    ({ name, kind }) => [name, { type: kind === 'switch' ? 'boolean' : 'string' }] as const,
  );
  const options = { ...Object.fromEntries(types), help: { type: 'boolean' } } as const;
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowNegative: true, tokens: true });
  const values: Values = new Map();
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`${token.value}: there is nothing it could mean`);
    if (token.kind !== 'option' || token.name === 'help') continue;
    const read = readFlag(token, known.get(token.name) ?? null);
    if (typeof read === 'string') problems.push(read);
    else values.set(token.name, read);
  }
  return { values, isHelp: tokens.some((token) => token.kind === 'option' && token.name === 'help') };
};

const readEnvironment = (settings: readonly Setting[], env: SettingSources['env']): Values => {
  const values: Values = new Map();
  for (const { name } of settings) {
    const where = environmentName(name);
    const text = env[where] ?? '';
    // An empty variable is how many tools say that there is none.
    if (text !== '') values.set(name, { text, where });
  }
  return values;
};

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
  return isList ? value.join(',') : null;
};

const parseFile = (path: string, problems: string[]): Readonly<Record<string, unknown>> => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    problems.push(`--config ${path}: ${code}; give the path of a JSON file`);
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // The message of the parser quotes the text, which may hold secrets.
  }
  problems.push(`--config ${path}: it is no JSON object`);
  return {};
};

const readFile = (settings: readonly Setting[], path: string, problems: string[]): Values => {
  const values: Values = new Map();
  const byName = new Map(settings.map(({ name }) => [fileName(name), name]));
  for (const [key, value] of Object.entries(parseFile(path, problems))) {
    const name = byName.get(key);
    const where = `${key} in ${path}`;
    const text = textOf(value);
    if (name === undefined) problems.push(`${where}: there is no such setting`);
    else if (text === null) problems.push(`${where}: give a text, a number, true, false or a list of texts`);
    else values.set(name, { text, where });
  }
  return values;
};

/** Reads flags, environment and file, and notes every problem. */
export const gatherSettings = (settings: readonly Setting[], { args, env }: SettingSources): GivenSettings => {
  const problems: string[] = [];
  const { values: flags, isHelp } = readFlags(settings, args, problems);
  const path = flags.get('config')?.text ?? (env['MILLRACE_CONFIG'] || null);
  const file = path === null ? new Map<string, GivenValue>() : readFile(settings, path, problems);
  const values = new Map([...file, ...readEnvironment(settings, env), ...flags]);
  return { values, problems, isHelp };
};
