import { describe, expect, test } from 'vitest';

import type { SchemaRegistryOptions } from './registry-options.ts';
import { resolveRegistryOptions } from './registry-options.ts';

describe('options of a registry', () => {
  test('are refused all at once', () => {
    const options: SchemaRegistryOptions = {
      url: ['registry', 'ftp://registry', 'http://a/?x=1', 'http://b'],
      auth: { username: 'a:b', password: '' },
      tls: { cert: 'x' },
      useLatestVersion: true,
      requestTimeout: -1,
      retry: { attempts: 0, backoff: 'x' as '1s' },
    };
    expect(() => resolveRegistryOptions(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    const problems = [
      /url: it is not a URL/u,
      /url: ftp:\/\/registry is not an HTTP address/u,
      /url: a is followed by a query/u,
      /auth\.username: it holds a colon/u,
      /tls: a url is http/u,
      /tls: cert and key go together/u,
      /useLatestVersion: a schema that is registered is not looked up/u,
      /requestTimeout: -1 is not a duration/u,
      /retry\.attempts: 0 is not/u,
      /retry\.backoff: x is not a duration/u,
    ];
    for (const problem of problems) expect(() => resolveRegistryOptions(options)).toThrow(problem);
  });

  test('with PEM that is none are refused', () => {
    const tls = { cert: 'x', key: 'y' };
    expect(() => resolveRegistryOptions({ url: 'https://a', tls })).toThrow(/tls: .*; give PEM text/u);
    expect(() => resolveRegistryOptions({ url: [] })).toThrow(/url: there is none/u);
  });
});
