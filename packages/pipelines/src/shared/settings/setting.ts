/**
 * Something that can be set for a command. As a flag it has the name that it has here, in the environment
 * `MILLRACE_` and the name in capitals, in a file the name in camel case.
 */
export interface Setting {
  /** In lower case with hyphens, as in `--create-topics`. */
  readonly name: string;
  /** A switch has no value; a secret is never a flag, because everybody on a machine sees those. */
  readonly kind: 'value' | 'switch' | 'secret';
  /** What stands for the value in the usage, such as `DIR`. */
  readonly value?: string;
  /** What it is for, with its default. */
  readonly help: string;
}

/** `MILLRACE_CREATE_TOPICS`. */
export const environmentName = (name: string): string => `MILLRACE_${name.toUpperCase().replaceAll('-', '_')}`;

/** `createTopics`. */
export const fileName = (name: string): string =>
  name.replace(/-(.)/gu, (_match, letter: string) => letter.toUpperCase());

/** The lines of a usage text, one a setting. */
export const settingLines = (settings: readonly Setting[]): string => {
  const heads = settings.map(({ name, kind, value }) => {
    if (kind === 'secret') return `  ${environmentName(name)}`;
    return `  --${name}${kind === 'switch' ? '' : ` ${value ?? 'TEXT'}`}`;
  });
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  return settings.map(({ help }, index) => `${(heads[index] ?? '').padEnd(width)}${help}`).join('\n');
};
