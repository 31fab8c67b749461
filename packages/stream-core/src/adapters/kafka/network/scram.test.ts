import { expect, test } from 'vitest';

import { scramExchange } from './scram.ts';

// The example of RFC 7677, section 3.
const credentials = { username: 'user', password: 'pencil', digest: 'sha256' } as const;
const nonce = 'rOprNGfwEbeRWgbNEkqO';
const serverFirst = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';

test('the messages are those of the example in RFC 7677', async () => {
  const exchange = scramExchange(credentials, nonce);
  expect(exchange.firstMessage).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
  expect(await exchange.finalMessage(serverFirst)).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  );
  expect(exchange.isServerGenuine('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(true);
});

test('a server that does not know the password is found out', async () => {
  const exchange = scramExchange(credentials, nonce);
  expect(exchange.isServerGenuine('v=')).toBe(false);
  await exchange.finalMessage(serverFirst);
  expect(exchange.isServerGenuine('v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(false);
  expect(exchange.isServerGenuine('e=other-error')).toBe(false);
});

test.each([
  ['another nonce', 'r=somethingelse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
  ['the nonce of the client alone', `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
  ['no salt', `r=${nonce}x,i=4096`],
  ['too few iterations', `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095`],
  ['iterations without an end', `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4000000000`],
  ['no iterations', `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==`],
])('a server that answers with %s gets no proof', async (_, message) => {
  await expect(scramExchange(credentials, nonce).finalMessage(message)).rejects.toThrow();
});

test('commas and equals signs of a name are escaped', () => {
  const exchange = scramExchange({ ...credentials, username: 'a=b,c' }, nonce);
  expect(exchange.firstMessage).toBe(`n,,n=a=3Db=2Cc,r=${nonce}`);
});
