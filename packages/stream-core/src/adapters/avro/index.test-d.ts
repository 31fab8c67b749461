import { expectTypeOf, test } from 'vitest';
import type { Serde } from '../../serdes/serde.ts';
import { avroSerdes, inMemorySchemaSource } from './index.ts';

interface Payment {
  readonly id: string;
  readonly amount: bigint;
}

test('the type of the values is what the user gives', () => {
  const avro = avroSerdes({ source: inMemorySchemaSource() });
  expectTypeOf(avro<Payment>({ type: 'record' })).toEqualTypeOf<Serde<Payment>>();
  expectTypeOf(avro('string')).toEqualTypeOf<Serde<unknown>>();
  // @ts-expect-error a schema is text or an object
  avro(5);
  // @ts-expect-error there is no hidden default source
  avroSerdes({});
});
