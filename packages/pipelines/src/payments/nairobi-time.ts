const hourMs = 3_600_000;

// East Africa Time: three hours before UTC, without summer time since 1960.
const offsetMs = 3 * hourMs;

/** The calendar day in Nairobi, in days since 1970-01-01. */
export const nairobiDay = (epochMs: number): number => Math.floor((epochMs + offsetMs) / (24 * hourMs));

/** The hour of the day in Nairobi, 0 to 23. */
export const nairobiHour = (epochMs: number): number => Math.floor((epochMs + offsetMs) / hourMs) % 24;
