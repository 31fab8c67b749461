import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from './run-command.ts';

/** A server's certificate, and the authority that has signed it. */
export interface ServerCertificate {
  /** PEM with the key and the certificate of the server, as Kafka reads it. */
  readonly serverFile: string;
  /** PEM of the authority, for clients to trust. */
  readonly authority: string;
}

/** An authority made for this test alone, and a certificate of it for localhost and 127.0.0.1. */
export const makeCertificate = async (folder: string): Promise<ServerCertificate> => {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): Promise<string> => runCommand('openssl', args, { cwd: folder });
  const newKey = ['req', '-newkey', 'rsa:2048', '-nodes'];
  const authority = ['-x509', '-days', '30', '-subj', '/CN=Millrace test authority'];
  await openssl(...newKey, ...authority, '-keyout', at('authority.key'), '-out', at('authority.pem'));
  await openssl(...newKey, '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr'));
  await writeFile(at('names.txt'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signer = ['-CA', at('authority.pem'), '-CAkey', at('authority.key'), '-CAcreateserial', '-days', '30'];
  const signed = ['-in', at('server.csr'), '-out', at('server.crt'), '-extfile', at('names.txt')];
  await openssl('x509', '-req', ...signer, ...signed);
  const parts = await Promise.all(
    ['server.key', 'server.crt', 'authority.pem'].map((name) => readFile(at(name), 'utf8')),
  );
  await writeFile(at('server.pem'), parts.join(''));
  return { serverFile: at('server.pem'), authority: await readFile(at('authority.pem'), 'utf8') };
};
