/** A value of a compose file: text, a list of texts, or a block of values by name. */
export type ComposeValue = string | readonly string[] | ComposeBlock;

/** Values by name. */
export interface ComposeBlock {
  readonly [name: string]: ComposeValue;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => ({ indent: line.search(/\S/u), text: line.trim() }));

const scalar = (text: string): string => /^"(.*)"$/u.exec(text)?.[1] ?? text;

/** The lines at the front that belong together because they are indented further than `indent`. */
const takeBlock = (lines: Line[], indent: number): Line[] => {
  const end = lines.findIndex((line) => line.indent <= indent);
  return lines.splice(0, end === -1 ? lines.length : end);
};

const readBlock = (lines: Line[]): ComposeValue => {
  if (lines.every(({ text }) => text.startsWith('- '))) return lines.map(({ text }) => scalar(text.slice(2)));
  const block: Record<string, ComposeValue> = {};
  const indent = lines[0]?.indent ?? 0;
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name, value] = /^([\w-]+):(?: (.+))?$/u.exec(line.text) ?? [];
    if (name === undefined || line.indent !== indent)
      throw new Error(`the compose file has a line like this: ${line.text}`);
    if (value === '{}') block[name] = {};
    else block[name] = value === undefined ? readBlock(takeBlock(lines, indent)) : scalar(value);
  }
  return block;
};

/** Reads the part of YAML that our compose file is written in: blocks, lists of texts, and texts in double quotes. */
export const readCompose = (text: string): ComposeBlock => {
  const value = readBlock(linesOf(text));
  if (typeof value === 'string' || Array.isArray(value)) throw new Error('a compose file is a block');
  return value as ComposeBlock;
};

/** What is at a path of names; an empty block where nothing is. */
export const blockAt = (block: ComposeBlock, ...path: readonly string[]): ComposeBlock =>
  path.reduce<ComposeBlock>((inner, name) => (inner[name] ?? {}) as ComposeBlock, block);
