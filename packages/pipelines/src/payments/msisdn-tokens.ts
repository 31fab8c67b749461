import type { KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';

/** Turns an MSISDN into what may stand in its place in the audit trail. */
export type Tokenise = (msisdn: string) => string;

/**
 * Keyed HMAC-SHA256 of an MSISDN. There are so few MSISDNs that without a key anybody could try all of them; with the
 * same key the same MSISDN has the same token, so that the trail of an account can be followed.
 */
export const msisdnTokens =
  (key: KeyObject): Tokenise =>
  (msisdn) =>
    `hmac-sha256:${createHmac('sha256', key).update(msisdn).digest('base64url')}`;
