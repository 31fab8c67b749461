import { expect, it } from 'vitest';
import { normalDescription } from './describe.ts';

it('sorts names and entries, and makes extractors anonymous', () => {
  const described = [
    'Topologies:',
    '   Sub-topology: 0',
    '    Source: s (topics: [b, a])',
    '      --> z, p',
    '    Processor: p (stores: [y, x])',
    '      --> none',
    '      <-- s',
    '    Sink: k (extractor class: oracle.Interp$$Lambda@1)',
    '      <-- z, p',
    '',
    '',
  ].join('\n');
  expect(normalDescription(described)).toBe(
    [
      'Topologies:',
      '   Sub-topology: 0',
      '    Processor: p (stores: [x, y])',
      '      --> none',
      '      <-- s',
      '    Sink: k (extractor class: EXTRACTOR)',
      '      <-- p, z',
      '    Source: s (topics: [a, b])',
      '      --> p, z',
      '',
    ].join('\n'),
  );
});
