/** An instruction of a Dockerfile, such as `COPY` and what follows it. */
export interface DockerInstruction {
  readonly name: string;
  readonly rest: string;
  /** Which stage it belongs to, from 0. */
  readonly stage: number;
}

/** The instructions of a Dockerfile that has one a line. */
export const readDockerfile = (text: string): readonly DockerInstruction[] => {
  let stage = -1;
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) (.+)$/u.exec(line) ?? [];
      if (name === '') throw new Error(`the Dockerfile has a line like this: ${line}`);
      if (name === 'FROM') stage++;
      return { name, rest, stage };
    });
};
