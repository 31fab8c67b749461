import { systemClock } from '../../src/common/clock.ts';

/** An unsecured token of OAUTHBEARER, as Kafka's login module for tests takes it: anybody may say that he is anybody. */
export const unsecuredToken = (subject: string, lifetimeMs = 3_600_000): string => {
  const now = Math.floor(systemClock.now() / 1_000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: subject, iat: now, exp: now + Math.ceil(lifetimeMs / 1_000) };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
};
