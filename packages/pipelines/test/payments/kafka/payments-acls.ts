import type { Acl } from '../../../../stream-core/test/servers/add-acls.ts';
import type { AclSubject } from '../../../../stream-core/test/servers/documented-acls.ts';
import { aclsOf, documentedRules } from '../../../../stream-core/test/servers/documented-acls.ts';
import { paymentsApplications } from '../../../src/payments/applications.ts';
import { paymentsTopics } from '../../../src/payments/topics.ts';
import { topologyDeps } from '../topology-deps.ts';

const topics = paymentsTopics(1).map(({ name }) => name);

/** Topics of the pipeline in those lines of a description that begin so; internal ones are in no list. */
const topicsIn = (description: string, lines: RegExp): readonly string[] => {
  const found = description.split('\n').filter((line) => lines.test(line));
  return topics.filter((topic) => found.some((line) => new RegExp(`[ [,]${topic}[\\]),]`, 'u').test(line)));
};

const subjects = (): readonly AclSubject[] =>
  paymentsApplications('builtin').map(({ applicationId, topology }) => {
    const description = topology(topologyDeps()).describe();
    return { applicationId, sources: topicsIn(description, /Source:/u), sinks: topicsIn(description, /Sink:/u) };
  });

/** What docs/operating.md says that the user of the applications needs, for all of them. */
export const paymentsAcls = (): readonly Acl[] =>
  subjects().flatMap((subject) => documentedRules().flatMap((rule) => aclsOf(rule, subject)));

/** What `--create-topics` needs beside that, by the README of the pipeline. */
export const topicCreationAcls = (): readonly Acl[] =>
  topics.flatMap((name) =>
    (['CREATE', 'DESCRIBE'] as const).map((operation) => ({ operation, resource: 'TOPIC', pattern: 'LITERAL', name })),
  );
