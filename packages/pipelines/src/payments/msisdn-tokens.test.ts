import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { msisdnTokens } from './msisdn-tokens.ts';

const keyOf = (text: string) => createSecretKey(text, 'utf8');

test('a token is the HMAC-SHA256 of the MSISDN', () => {
  // RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?"
  const expected = Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex');
  expect(msisdnTokens(keyOf('Jefe'))('what do ya want for nothing?')).toBe(
    `hmac-sha256:${expected.toString('base64url')}`,
  );
});

test('one key gives one token, another key another', () => {
  const tokenise = msisdnTokens(keyOf('one key of the operator'));
  expect(tokenise('254700123456')).toBe(tokenise('254700123456'));
  expect(tokenise('254700123456')).not.toBe(tokenise('254700123457'));
  expect(tokenise('254700123456')).not.toBe(msisdnTokens(keyOf('another key'))('254700123456'));
  expect(tokenise('254700123456')).not.toContain('254700123456');
});
