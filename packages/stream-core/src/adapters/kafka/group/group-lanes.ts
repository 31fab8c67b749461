/** The lanes of one member. A join waits for the whole group, so nothing else may stand behind it. */
export interface GroupLanes {
  /** Joins and syncs. */
  readonly join: string;
  readonly heartbeat: string;
  /** Offsets, and what else is answered at once. */
  readonly offsets: string;
  /** Fetches, which wait at the broker, too. */
  readonly fetch: string;
}

/** @param unique what no other member of the same client has: members wait for each other, and must not share a lane */
export const groupLanes = (unique: string): GroupLanes => ({
  join: `group-join-${unique}`,
  heartbeat: `group-heartbeat-${unique}`,
  offsets: `group-offsets-${unique}`,
  fetch: `group-fetch-${unique}`,
});
