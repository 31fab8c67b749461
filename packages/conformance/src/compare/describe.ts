const sortedNames = (names: string): string => names.split(', ').sort().join(', ');

/** The first line of an entry, with its names sorted and the extractor made anonymous. */
const headline = (line: string): string =>
  line
    .replace(/: \[(.*)\]\)/, (_match, names: string) => `: [${sortedNames(names)}])`)
    .replace(/\(extractor class: .*$/, '(extractor class: EXTRACTOR)');

const arrow = /^( *(?:-->|<--) )(.*)$/;
const entry = /^ *(?:Source|Processor|Sink): /;

/**
 * The description of a topology in the one form in which two of them can be compared: what has no order is sorted. The
 * names in brackets and behind arrows are, and the entries of each sub-topology.
 */
export const normalDescription = (description: string): string => {
  const lines: string[] = [];
  let entries: string[] = [];
  const close = (): void => {
    lines.push(...entries.sort());
    entries = [];
  };
  for (const line of description.trimEnd().split('\n')) {
    const [, head = '', names = ''] = arrow.exec(line) ?? [];
    if (head !== '') entries.push(`${entries.pop() ?? ''}\n${head}${sortedNames(names)}`);
    else if (entry.test(line)) entries.push(headline(line));
    else {
      close();
      lines.push(line.trimEnd());
    }
  }
  close();
  return `${lines.join('\n')}\n`;
};
