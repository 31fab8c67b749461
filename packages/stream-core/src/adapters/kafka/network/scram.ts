import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify(pbkdf2);

/** Fewer are not safe (RFC 7677), and more than this would only keep the client busy. */
const minIterations = 4_096;
const maxIterations = 10_000_000;

/** One SCRAM exchange of a client (RFC 5802, without channel binding). */
export interface ScramExchange {
  readonly firstMessage: string;
  /** The proof for the server's first message. @throws Error when the server does not follow the protocol */
  finalMessage(serverFirst: string): Promise<string>;
  /** True when the server knows the password too: anybody could have said that the proof is right. */
  isServerGenuine(serverFinal: string): boolean;
}

export interface ScramCredentials {
  readonly username: string;
  readonly password: string;
  readonly digest: 'sha256' | 'sha512';
}

const attributesOf = (message: string): ReadonlyMap<string, string> =>
  new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));

const xor = (left: Buffer, right: Buffer): Buffer => Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));

/** Commas and equals signs mean something else in the messages. */
const escaped = (username: string): string => username.replaceAll('=', '=3D').replaceAll(',', '=2C');

/** Starts an exchange. The nonce is from the system's secure source, which no simulation replaces. */
export const scramExchange = (
  { username, password, digest }: ScramCredentials,
  nonce: string = randomBytes(24).toString('base64'),
): ScramExchange => {
  const hmac = (key: Buffer, text: string): Buffer => createHmac(digest, key).update(text).digest();
  const firstBare = `n=${escaped(username)},r=${nonce}`;
  let serverSignature: Buffer | null = null;
  return {
    firstMessage: `n,,${firstBare}`,
    async finalMessage(serverFirst) {
      const attributes = attributesOf(serverFirst);
      const fullNonce = attributes.get('r') ?? '';
      const salt = Buffer.from(attributes.get('s') ?? '', 'base64');
      const iterations = Number(attributes.get('i'));
      if (!fullNonce.startsWith(nonce) || fullNonce.length === nonce.length) throw new Error('its nonce is not valid');
      if (salt.length === 0) throw new Error('it sent no salt');
      if (!(Number.isInteger(iterations) && iterations >= minIterations && iterations <= maxIterations)) {
        throw new Error('its number of iterations is not acceptable');
      }
      const keyBytes = digest === 'sha512' ? 64 : 32;
      const salted = await deriveKey(password.normalize('NFKC'), salt, iterations, keyBytes, digest);
      const clientKey = hmac(salted, 'Client Key');
      const storedKey = createHash(digest).update(clientKey).digest();
      const withoutProof = `c=biws,r=${fullNonce}`;
      const signed = `${firstBare},${serverFirst},${withoutProof}`;
      serverSignature = hmac(hmac(salted, 'Server Key'), signed);
      return `${withoutProof},p=${xor(clientKey, hmac(storedKey, signed)).toString('base64')}`;
    },
    isServerGenuine(serverFinal) {
      const given = Buffer.from(attributesOf(serverFinal).get('v') ?? '', 'base64');
      return (
        serverSignature !== null && given.length === serverSignature.length && timingSafeEqual(given, serverSignature)
      );
    },
  };
};
