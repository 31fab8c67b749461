import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { ServerCertificate } from '../../../test/servers/certificates.ts';
import { makeCertificate } from '../../../test/servers/certificates.ts';
import type { SchemaRegistryTls } from './registry/registry-options.ts';
import { schemaRegistry } from './schema-registry.ts';

let folder: string;
let certificate: ServerCertificate;
let pem: { readonly cert: string; readonly key: string };
let server: Server;
let port: number;
let requests = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-registry-tls-'));
  certificate = await makeCertificate(folder);
  const text = await readFile(certificate.serverFile, 'utf8');
  pem = { cert: text, key: text };
  const client = { requestCert: true, rejectUnauthorized: false, ca: certificate.authority };
  server = createServer({ ...pem, ...client }, (request, response) => {
    requests++;
    const isKnown = 'authorized' in request.socket && request.socket.authorized === true;
    response.end(JSON.stringify({ schema: JSON.stringify({ type: isKnown ? 'long' : 'string' }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const ask = (tls?: SchemaRegistryTls, url = `https://localhost:${port}`) =>
  Promise.resolve(
    schemaRegistry({ url, retry: { attempts: 2, backoff: 1 }, ...(tls === undefined ? {} : { tls }) }).schemaById(1),
  );

describe('a registry over TLS', () => {
  test('is believed with a certificate of an authority that is trusted', async () => {
    expect(await ask({ ca: certificate.authority })).toBe('{"type":"string"}');
  });

  test('sees the certificate of this client', async () => {
    expect(await ask({ ca: certificate.authority, ...pem })).toBe('{"type":"long"}');
  });

  test('is not told anything without that, which no other attempt would change', async () => {
    requests = 0;
    await expect(ask()).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/cannot be reached over TLS \(localhost:\d+\): .*certificate/u),
    });
    expect(requests).toBe(0);
  });

  test('must have the name that is expected', async () => {
    const tls = { ca: certificate.authority, serverName: 'registry.example' };
    await expect(ask(tls)).rejects.toThrow(expect.objectContaining({ code: 'AUTHENTICATION_FAILED' }));
  });

  test('is found by its name in the certificate, whatever the address', async () => {
    const tls = { ca: certificate.authority, serverName: 'localhost' };
    expect(await ask(tls, `https://127.0.0.1:${port}`)).toBe('{"type":"string"}');
  });

  test('that does not speak it is named', async () => {
    const { createServer: plainServer } = await import('node:http');
    const plain = plainServer((_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    await expect(ask({ ca: certificate.authority }, url)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    plain.closeAllConnections();
    await new Promise((resolve) => plain.close(resolve));
  });
});
