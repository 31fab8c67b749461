import type { Admin } from '../../../broker/admin.ts';
import type { CallHandlers, ClientCalls } from '../wire/protocol.ts';

/** Calls of the client's admin. */
export const adminHandlers = (admin: Admin): CallHandlers<Omit<ClientCalls, 'hello' | 'open' | 'bye'>> => ({
  createTopics: (topics) => admin.createTopics(topics),
  deleteTopics: (names) => admin.deleteTopics(names),
  describeTopics: async (names) => [...(await admin.describeTopics(names)).values()],
  listTopics: () => admin.listTopics(),
  topicConfigs: (name) => admin.topicConfigs(name),
  listOffsets: ({ requests, isolationLevel }) => admin.listOffsets(requests, isolationLevel),
  deleteRecords: (requests) => admin.deleteRecords(requests),
  groupOffsets: async (groupId) => [...(await admin.groupOffsets(groupId))],
});
