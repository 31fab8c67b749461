import type { Group } from '../../memory/coordinator/group.ts';
import { MemberIdRequiredError } from '../../memory/coordinator/group-coordinator.ts';
import { describeGroupsApi } from '../protocol/describe-groups-api.ts';
import { kafkaErrors } from '../protocol/error-codes.ts';
import { heartbeatApi } from '../protocol/heartbeat-api.ts';
import { joinGroupApi } from '../protocol/join-group-api.ts';
import { leaveGroupApi } from '../protocol/leave-group-api.ts';
import { listGroupsApi } from '../protocol/list-groups-api.ts';
import { syncGroupApi } from '../protocol/sync-group-api.ts';
import type { RequestContext, Route } from './route.ts';
import { errorNumber, refusalOf, route } from './route.ts';

const noBytes = new Uint8Array();

/** NOT_COORDINATOR when the group belongs to another node, else 0. */
export const groupMisdirected = ({ brokers, nodeId }: RequestContext, groupId: string): number =>
  brokers.coordinator('group', groupId)?.nodeId === nodeId ? 0 : kafkaErrors.NOT_COORDINATOR.number;

const notJoined = (errorCode: number, memberId: string) => ({
  errorCode,
  protocolName: null,
  leader: '',
  memberId,
  members: [],
});

export const joinGroupRoute: Route = route(joinGroupApi, async (request, context) => {
  const { groupId, memberId, groupInstanceId, sessionTimeoutMs, protocolType, protocols } = request;
  const elsewhere = groupMisdirected(context, groupId);
  if (elsewhere !== 0) return notJoined(elsewhere, memberId);
  const rebalanceTimeoutMs = request.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs;
  const member = { groupId, memberId, groupInstanceId, clientId: context.clientId, requireKnownMemberId: true };
  const offer = { protocolType, protocols };
  try {
    const joined = await context.cluster.groups.join({ ...member, ...offer, sessionTimeoutMs, rebalanceTimeoutMs });
    return { errorCode: 0, ...joined };
  } catch (error) {
    return notJoined(errorNumber(error), error instanceof MemberIdRequiredError ? error.memberId : memberId);
  }
});

export const syncGroupRoute: Route = route(syncGroupApi, async (request, context) => {
  const { groupId, generationId, memberId, groupInstanceId } = request;
  const elsewhere = groupMisdirected(context, groupId);
  if (elsewhere !== 0) return { errorCode: elsewhere, assignment: noBytes };
  const identity = { groupId, generationId, memberId, groupInstanceId };
  const group = context.cluster.groups.find(groupId);
  // A member that names no protocol means that of the group.
  const protocolType = request.protocolType ?? group?.protocolType ?? '';
  const protocolName = request.protocolName ?? group?.protocolName ?? '';
  const assignments = new Map(request.assignments.map((each) => [each.memberId, each.assignment]));
  try {
    const synced = await context.cluster.groups.sync({ ...identity, protocolType, protocolName, assignments });
    return { errorCode: 0, ...synced };
  } catch (error) {
    return { errorCode: errorNumber(error), assignment: noBytes };
  }
});

export const heartbeatRoute: Route = route(heartbeatApi, (identity, context) => {
  const elsewhere = groupMisdirected(context, identity.groupId);
  return { errorCode: elsewhere === 0 ? refusalOf(() => context.cluster.groups.heartbeat(identity)) : elsewhere };
});

export const leaveGroupRoute: Route = route(leaveGroupApi, ({ groupId, members }, context) => {
  const elsewhere = groupMisdirected(context, groupId);
  if (elsewhere !== 0) return { errorCode: elsewhere, members: [] };
  const { groups } = context.cluster;
  const left = members.map(({ memberId, groupInstanceId }) => {
    // A tool takes a static member out by its instance id alone.
    const byInstance = memberId === '' && groupInstanceId !== null;
    const known = byInstance ? groups.find(groupId)?.staticMemberId(groupInstanceId) : memberId;
    const errorCode = refusalOf(() => groups.leave(groupId, known ?? memberId, groupInstanceId));
    return { memberId, groupInstanceId, errorCode };
  });
  return { errorCode: 0, members: left };
});

const described = (group: Group) => ({
  errorCode: 0,
  groupId: group.groupId,
  groupState: group.state,
  protocolType: group.protocolType ?? '',
  protocolData: group.protocolName ?? '',
  members: Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: '/in-process',
    memberMetadata: member.protocols.find(({ name }) => name === group.protocolName)?.metadata ?? noBytes,
    memberAssignment: member.assignment,
  })),
});

const undescribed = (groupId: string, errorCode: number) => ({
  errorCode,
  groupId,
  groupState: errorCode === 0 ? 'Dead' : '',
  protocolType: '',
  protocolData: '',
  members: [],
});

/** From this version on a group that does not exist is an error instead of a dead group. */
const notFoundSince = 6;

export const describeGroupsRoute: Route = route(describeGroupsApi, ({ groups }, context) => ({
  groups: groups.map((groupId) => {
    const elsewhere = groupMisdirected(context, groupId);
    if (elsewhere !== 0) return undescribed(groupId, elsewhere);
    const group = context.cluster.groups.find(groupId);
    if (group !== null) return described(group);
    return undescribed(groupId, context.version >= notFoundSince ? kafkaErrors.GROUP_ID_NOT_FOUND.number : 0);
  }),
}));

export const listGroupsRoute: Route = route(listGroupsApi, ({ statesFilter }, context) => {
  const here = Array.from(context.cluster.groups.groups).filter(
    ({ groupId, state }) =>
      groupMisdirected(context, groupId) === 0 && (statesFilter.length === 0 || statesFilter.includes(state)),
  );
  return {
    errorCode: 0,
    groups: here.map(({ groupId, protocolType, state }) => ({
      groupId,
      protocolType: protocolType ?? '',
      groupState: state,
      groupType: 'classic',
    })),
  };
});
