import { expect, test } from 'vitest';

import { broker, create, text, until } from '../../../test/kafka-streams-harness.ts';
import { noHeaders } from '../../common/headers.ts';
import { StreamsError } from '../../errors/streams-error.ts';
import { StreamsBuilder } from '../../kstream/streams-builder.ts';
import { serdes } from '../../serdes/serdes.ts';
import { avroSerdes } from './avro-serdes.ts';
import { inMemorySchemaSource } from './in-memory-schema-source.ts';
import type { SchemaSource } from './schema-source.ts';

test('a registry that is away for a while holds records up, and neither loses nor doubles them', async () => {
  const registry = inMemorySchemaSource({ 7: 'string' });
  let isAway = false;
  let refused = 0;
  const answer = async <T>(make: () => T): Promise<T> => {
    if (!isAway) return make();
    refused++;
    throw new StreamsError('SCHEMA_REGISTRY_UNAVAILABLE', 'The schema registry at registry:8081 did not answer');
  };
  const source: SchemaSource = {
    register: (subject, schema) => answer(() => registry.register(subject, schema)),
    schemaById: (id) => answer(() => registry.schemaById(id)),
  };
  const builder = new StreamsBuilder();
  const value = avroSerdes({ source })<string>('string');
  builder.stream('in', { key: serdes.string(), value }).to('out', text);
  const server = broker('in', 'out');
  const streams = create({ topology: builder.build(), broker: server });
  await streams.start();

  isAway = true;
  const written = avroSerdes({ source: registry })<string>('string', { id: 7 });
  for (let count = 0; count < 100; count++) {
    server.produce('in', [{ key: Buffer.from(`k${count}`), value: written.serialize(`v${count}`, 'in', noHeaders) }]);
  }
  await until(() => refused >= 2);
  expect(server.records('out')).toEqual([]);
  isAway = false;
  await until(() => server.records('out').length === 100);
  const values = server.records('out').map((record) => String(record.value));
  expect(new Set(values)).toEqual(new Set(Array.from({ length: 100 }, (_, count) => `v${count}`)));
  expect(streams.error).toBeNull();
});
