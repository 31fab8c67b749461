import { readFileSync } from 'node:fs';

import type { Acl } from './add-acls.ts';

const docs = new URL('../../../../docs/operating.md', import.meta.url);

/** An application as its ACLs see it. */
export interface AclSubject {
  readonly applicationId: string;
  readonly sources: readonly string[];
  readonly sinks: readonly string[];
}

/** One operation of a row of the table, for every name that the row means. */
interface AclRule {
  readonly operation: Acl['operation'];
  readonly resource: Acl['resource'];
  readonly pattern: Acl['pattern'];
  /** As it stands in the table. */
  readonly name: string;
}

const rowOf = (line: string): AclRule[] => {
  const [, resource, pattern, name = '', operations = ''] = line.split('|').map((cell) => cell.trim());
  if (pattern !== 'LITERAL' && pattern !== 'PREFIXED') return [];
  return operations.split(', ').map((operation) => ({ operation, resource, pattern, name }) as AclRule);
};

/** The table of ACLs in docs/operating.md, one rule an operation. */
export const documentedRules = (): readonly AclRule[] => readFileSync(docs, 'utf8').split('\n').flatMap(rowOf);

/** What a rule allows the user of an application. */
export const aclsOf = ({ name, ...rule }: AclRule, { applicationId, sources, sinks }: AclSubject): readonly Acl[] => {
  if (name === 'each source topic') return sources.map((source) => ({ ...rule, name: source }));
  if (name === 'each sink topic') return sinks.map((sink) => ({ ...rule, name: sink }));
  return [{ ...rule, name: name.replace('APPLICATION', applicationId) }];
};
