import { StreamsError } from '../../../errors/streams-error.ts';
import type { Api } from '../protocol/api.ts';
import { kafkaError } from '../protocol/error-codes.ts';
import { saslAuthenticateApi } from '../protocol/sasl-authenticate-api.ts';
import { saslHandshakeApi } from '../protocol/sasl-handshake-api.ts';
import { unauthenticated, unavailable } from './network-error.ts';
import type { HostPort, PasswordSaslOptions, SaslOptions, TokenSaslOptions } from './network-options.ts';
import { scramExchange } from './scram.ts';

const remedy = 'Check mechanism, user name and password, or the token.';

/** Sends one request of the authentication. */
export type ExchangeRequest = <Request, Response>(
  api: Api<Request, Response>,
  version: number,
  request: Request,
) => Promise<Response>;

/** What the exchange goes over. */
export interface Authenticator {
  readonly address: HostPort;
  readonly request: ExchangeRequest;
}

type Step = (message: string) => Promise<string>;

const plain = async ({ username, password }: PasswordSaslOptions, step: Step): Promise<void> => {
  await step(`\0${username}\0${password}`);
};

const scram = async ({ mechanism, username, password }: PasswordSaslOptions, step: Step): Promise<void> => {
  const digest = mechanism === 'SCRAM-SHA-512' ? 'sha512' : 'sha256';
  const exchange = scramExchange({ username, password, digest });
  const proof = await exchange.finalMessage(await step(exchange.firstMessage));
  if (!exchange.isServerGenuine(await step(proof))) throw new Error('it does not know the password itself');
};

/** The message of RFC 7628. A refusal comes as an answer with its reason, which the client has to acknowledge. */
const oauthBearer = async ({ extensions = {} }: TokenSaslOptions, token: string, step: Step): Promise<void> => {
  const fields = Object.entries(extensions).map(([name, value]) => `${name}=${value}\x01`);
  const refused = await step(`n,,\x01auth=Bearer ${token}\x01${fields.join('')}\x01`);
  if (refused === '') return;
  await step('\x01');
  throw new Error('it does not accept the token');
};

/** The provider may only be away for a moment, so this may be tried again. Its error could hold a secret. */
const askForToken = async ({ token }: TokenSaslOptions, address: HostPort): Promise<string> => {
  try {
    return await token();
  } catch (error) {
    if (error instanceof StreamsError) throw error;
    throw unavailable(address, 'cannot be authenticated at: `sasl.token` failed. Check the identity provider.');
  }
};

const exchangeFor = async (sasl: SaslOptions, step: Step, address: HostPort): Promise<void> => {
  if (sasl.mechanism === 'OAUTHBEARER') return oauthBearer(sasl, await askForToken(sasl, address), step);
  return sasl.mechanism === 'PLAIN' ? plain(sasl, step) : scram(sasl, step);
};

/**
 * Proves who the client is. Nothing of what is sent, nor what the broker says about it, gets into an error: it could be
 * a secret.
 *
 * @returns how long the broker accepts it, in ms; 0 means without limit
 * @throws StreamsError AUTHENTICATION_FAILED, BROKER_UNAVAILABLE
 */
export const authenticate = async (sasl: SaslOptions, { address, request }: Authenticator): Promise<number> => {
  const { mechanism } = sasl;
  const handshake = await request(saslHandshakeApi, 1, { mechanism });
  if (handshake.errorCode !== 0) {
    const offered = handshake.mechanisms.length === 0 ? 'no SASL on this port' : handshake.mechanisms.join(', ');
    const { name } = kafkaError(handshake.errorCode);
    throw unauthenticated(
      address,
      `does not accept the mechanism ${mechanism} (${name}); it offers ${offered}. ${remedy}`,
    );
  }
  let lifetimeMs = 0;
  const step: Step = async (message) => {
    const answer = await request(saslAuthenticateApi, 2, { authBytes: Buffer.from(message) });
    if (answer.errorCode !== 0) {
      const { name } = kafkaError(answer.errorCode);
      throw unauthenticated(address, `does not accept the credentials for ${mechanism} (${name}). ${remedy}`);
    }
    lifetimeMs = answer.sessionLifetimeMs;
    return Buffer.from(answer.authBytes).toString();
  };
  try {
    await exchangeFor(sasl, step, address);
  } catch (error) {
    if (error instanceof StreamsError) throw error;
    const problem = error instanceof Error ? error.message : 'the exchange failed';
    throw unauthenticated(address, `cannot be authenticated at with ${mechanism}: ${problem}. ${remedy}`);
  }
  return lifetimeMs;
};
