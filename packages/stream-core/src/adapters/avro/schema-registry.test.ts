import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { afterEach, describe, expect, test } from 'vitest';

import type { Clock } from '../../common/clock.ts';
import { noHeaders } from '../../common/headers.ts';
import { avroSerdes } from './avro-serdes.ts';
import type { SchemaRegistryOptions } from './registry/registry-options.ts';
import { schemaRegistry } from './schema-registry.ts';

// What a real registry does is tested with one. Here is what one does only when it is broken, or is none at all.

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server whose answers are taken from a list; the last one stays. */
const serverWith = async (...answers: readonly Answer[]) => {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers.authorization);
    request.resume();
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, asked, authorizations };
};

/** A clock whose pauses pass at once and are noted; what takes as long as a request never comes to its end. */
const hastyClock = () => {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    schedule: (delayMs, callback) => {
      if (delayMs === 10_000) return { cancel: () => undefined };
      pauses.push(delayMs);
      const handle = setImmediate(callback);
      return { cancel: () => clearImmediate(handle) };
    },
  };
  return { clock, pauses, chance: () => 0 };
};

const says =
  (status: number, body: unknown): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const stringSchema = says(200, { schema: '"string"' });

const sourceAt = (url: string, options: Partial<SchemaRegistryOptions> = {}) =>
  schemaRegistry({ url, ...hastyClock(), ...options });

describe('a registry that is away', () => {
  test('is asked again after pauses that double up to a limit', async () => {
    const { url, asked } = await serverWith(
      says(503, 'x'),
      says(500, 'x'),
      says(502, 'x'),
      says(429, 'x'),
      stringSchema,
    );
    const { clock, pauses, chance } = hastyClock();
    const retry = { backoff: '200ms', maxBackoff: '1s' } as const;
    expect(await schemaRegistry({ url, clock, chance, retry }).schemaById(1)).toBe('"string"');
    expect(asked).toHaveLength(5);
    expect(pauses).toEqual([200, 400, 800, 1000]);
  });

  test('is given up after the last attempt, which names it and keeps nothing', async () => {
    const { url, host, asked } = await serverWith(says(503, 'x'), says(503, 'x'), stringSchema);
    const serde = avroSerdes({ source: sourceAt(url, { retry: { attempts: 2 } }) })<string>('string');
    const bytes = Buffer.from([0, 0, 0, 0, 1, 2, 0x61]);
    await expect(serde.prepare?.([bytes], 't')).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAVAILABLE',
      message: expect.stringContaining(`${host}: HTTP status 503`),
      retriable: true,
    });
    await serde.prepare?.([bytes], 't');
    expect(serde.deserialize(bytes, 't', noHeaders)).toBe('a');
    expect(asked).toHaveLength(3);
  });

  test('is left for the next of several, and comes after it from then on', async () => {
    const broken = await serverWith(says(503, 'x'));
    const healthy = await serverWith(stringSchema);
    const source = schemaRegistry({ url: [broken.url, healthy.url], ...hastyClock() });
    expect(await source.schemaById(1)).toBe('"string"');
    expect(await source.schemaById(2)).toBe('"string"');
    expect(broken.asked).toEqual(['GET /schemas/ids/1']);
    expect(healthy.asked).toEqual(['GET /schemas/ids/1', 'GET /schemas/ids/2']);
  });

  test.each<[string, Answer]>([
    [
      'cuts off its answer',
      (request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"schema":');
        setImmediate(() => request.socket.destroy());
      },
    ],
    ['closes the connection', (request) => request.socket.destroy()],
  ])('because it %s is asked again', async (_how, cut) => {
    const { url, asked } = await serverWith(cut, cut, stringSchema);
    expect(await sourceAt(url).schemaById(1)).toBe('"string"');
    expect(asked).toHaveLength(3);
  });

  test('because it says nothing is asked again after the time that an answer may take', async () => {
    const silent = await serverWith(
      () => undefined,
      (_request, response) => response.write('{"sch'),
      stringSchema,
    );
    const source = schemaRegistry({ url: silent.url, requestTimeout: '500ms', retry: { backoff: 1 } });
    expect(await source.schemaById(1)).toBe('"string"');
    expect(silent.asked).toHaveLength(3);
  });

  test('at an address that nobody listens on is named', async () => {
    const { url, host } = await serverWith(stringSchema);
    for (const close of closers.splice(0)) await close();
    await expect(sourceAt(url).schemaById(1)).rejects.toThrow(
      `The schema registry at ${host} did not answer to schema 1`,
    );
  });
});

describe('an answer that is none', () => {
  test.each<[string, Answer, string]>([
    ['a page', says(200, '<html>Welcome</html>'), 'it is no JSON object'],
    ['a list', says(200, []), 'it is no JSON object'],
    ['nothing', says(200, ''), 'it is no JSON object'],
    ['no schema', says(200, { schema: 5 }), 'it has no schema'],
    ['no references', says(200, { schema: '"string"', references: 'x' }), 'its references are none'],
    ['one without end', says(200, 'x'.repeat(1001)), 'the answer is longer than 1000 bytes'],
    ['no HTTP', (request) => request.socket.end('hello\r\n\r\n'), ''],
  ])('%s is CORRUPT_MESSAGE', async (_what, answer, problem) => {
    const { url, asked } = await serverWith(answer);
    await expect(sourceAt(url, { maxResponseBytes: 1000 }).schemaById(1)).rejects.toMatchObject({
      code: 'CORRUPT_MESSAGE',
      message: expect.stringContaining(problem),
    });
    expect(asked).toHaveLength(1);
  });

  test.each([{}, { id: '7' }, { id: -1 }, { id: 2 ** 32 }, { id: 1.5 }])('%j has no id', async (body) => {
    const { url } = await serverWith(says(200, body));
    await expect(sourceAt(url).register('s', '"string"')).rejects.toThrow(/it has no schema id/u);
  });

  test('a page that does not exist does not make a schema unknown', async () => {
    const { url } = await serverWith(says(404, 'Not Found'));
    await expect(sourceAt(url).schemaById(1)).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('check the path in the url'),
    });
    const latest = sourceAt(url, { autoRegister: false, useLatestVersion: true });
    await expect(latest.register('s', '"string"')).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
  });

  test('a redirect is not followed', async () => {
    const { url } = await serverWith(says(302, ''));
    await expect(sourceAt(url).schemaById(1)).rejects.toThrow(/HTTP status 302: redirects are not followed/u);
  });

  test('what a registry says about a refusal is one line and not long', async () => {
    const { url } = await serverWith(says(422, { error_code: 42201, message: `bad\n\u001b[31m${'x'.repeat(10_000)}` }));
    const error = await Promise.resolve(sourceAt(url).register('s', '"string"')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REQUEST_REFUSED' });
    expect(String(error)).toMatch(/^StreamsError: .*with HTTP status 422: bad \[31mx{400,600}…$/u);
  });
});

describe('a schema that is not Avro', () => {
  test.each(['JSON', 'PROTOBUF'])('fails the records that name it: %s', async (schemaType) => {
    const { url } = await serverWith(says(200, { schemaType, schema: '{"type":"string"}' }));
    const serde = avroSerdes({ source: sourceAt(url) })('string');
    const bytes = Buffer.from([0, 0, 0, 0, 9, 2, 0x61]);
    await serde.prepare?.([bytes], 't');
    const read = () => serde.deserialize(bytes, 't', noHeaders);
    expect(read).toThrow(expect.objectContaining({ code: 'SCHEMA_MISMATCH' }));
    expect(read).toThrow(`${schemaType}, which is not Avro`);
  });
});

describe('requests', () => {
  test('are made for a path below the url, with the subject as one part of it', async () => {
    const { url, asked } = await serverWith(says(200, { id: 1 }));
    await sourceAt(`${url}/apis/ccompat/v7/`).register('a/b c?', '"string"');
    expect(asked).toEqual(['POST /apis/ccompat/v7/subjects/a%2Fb%20c%3F/versions']);
  });

  test('are eight at a time', async () => {
    let open = 0;
    let most = 0;
    const { url, asked } = await serverWith((request, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        stringSchema(request, response);
      });
    });
    const source = sourceAt(url);
    await Promise.all(Array.from({ length: 100 }, (_, id) => source.schemaById(id)));
    expect(asked).toHaveLength(100);
    expect(most).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(1);
  });

  test('follow references once each, also those that lead back', async () => {
    const reference = (subject: string) => ({ name: subject, subject, version: 1 });
    const name = (text: string) => ({ type: 'record', name: text, fields: [] });
    const found = (schema: object, ...subjects: string[]) =>
      says(200, { schema: JSON.stringify(schema), references: subjects.map(reference) });
    const root = { ...name('Root'), fields: [{ name: 'a', type: 'A' }] };
    const { url, asked } = await serverWith(found(root, 'A', 'B'), found(name('A'), 'B'), found(name('B'), 'A'));
    const text = await sourceAt(url).schemaById(1);
    expect(JSON.parse(text ?? '')).toMatchObject({ fields: [{ type: { name: 'A', fields: [] } }] });
    expect(asked).toEqual(['GET /schemas/ids/1', 'GET /subjects/A/versions/1', 'GET /subjects/B/versions/1']);
  });
});

describe('credentials', () => {
  const auth = { username: 'payments', password: 'pass:wörd' };
  const secrets = /pass:|w.rd|cGF5bWVudHM/u;

  test('are sent as Basic, in UTF-8', async () => {
    const { url, authorizations } = await serverWith(stringSchema);
    await sourceAt(url, { auth }).schemaById(1);
    expect(authorizations).toEqual([`Basic ${Buffer.from('payments:pass:wörd').toString('base64')}`]);
  });

  test('are a token that is asked for each time', async () => {
    const { url, authorizations } = await serverWith(stringSchema);
    let count = 0;
    const source = sourceAt(url, { auth: { token: async () => `t${++count}` } });
    await source.schemaById(1);
    await source.schemaById(2);
    expect(authorizations).toEqual(['Bearer t1', 'Bearer t2']);
  });

  test('that are wrong are named as such at once, and shown nowhere', async () => {
    const { url, asked } = await serverWith(says(401, { error_code: 40101, message: 'Unauthorized' }));
    const source = sourceAt(url, { auth });
    const error = await Promise.resolve(source.schemaById(1)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(asked).toHaveLength(1);
    expect(inspect([error, source], { depth: 10, showHidden: true })).not.toMatch(secrets);
  });

  test('that do not suffice are AUTHORIZATION_FAILED, with what was asked for', async () => {
    const { url } = await serverWith(says(403, {}));
    await expect(sourceAt(url, { auth }).register('orders-value', '"string"')).rejects.toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      message: expect.stringContaining('orders-value'),
    });
  });

  test('are in no message of a registry that is away', async () => {
    const { url } = await serverWith(says(503, 'x'));
    const error = await Promise.resolve(sourceAt(url, { auth }).schemaById(1)).catch((thrown: unknown) => thrown);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(secrets);
  });

  test('are never part of a url', () => {
    const make = () => schemaRegistry({ url: 'http://payments:pass@registry:8081' });
    expect(make).toThrow(/url: it holds credentials; give them as auth/u);
    expect(make).not.toThrow(/pass@/u);
  });
});
