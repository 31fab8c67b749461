import type { Verdict } from './run-line.ts';

/** How many cases went how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
}

export const countVerdicts = (verdicts: readonly Verdict[]): Counts => {
  const of = (outcome: Verdict['outcome']): number => verdicts.filter((verdict) => verdict.outcome === outcome).length;
  return { passed: of('passed'), failed: of('failed'), unsupported: of('unsupported') };
};

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

export const formatCounts = ({ passed, failed, unsupported }: Counts): string =>
  `${passed} passed, ${failed} failed, ${unsupported} unsupported`;

/** What there is to say about some cases: failures with their first difference, and what was asked for. */
export const formatDetails = (verdicts: readonly Verdict[], listUnsupported: boolean): string[] => {
  const lines: string[] = [];
  for (const { name, outcome, detail } of verdicts) {
    if (outcome === 'failed') lines.push(`FAILED ${name}`, indented(detail));
    if (outcome === 'unsupported' && listUnsupported) lines.push(`UNSUPPORTED ${name}: ${detail}`);
  }
  const late = verdicts.filter((verdict) => verdict.isLateBuildError).length;
  if (late > 0) lines.push(`(${late} errors of phase build came when the driver was made)`);
  return lines;
};
