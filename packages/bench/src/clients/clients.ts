import type { ClientUnderTest } from './client-under-test.ts';
import { kafkajsClients } from './kafkajs-clients.ts';
import { millraceClients } from './millrace-clients.ts';
import { platformaticClients } from './platformatic-clients.ts';

/** All clients, ours first. */
export const clients: readonly ClientUnderTest[] = [...millraceClients, ...kafkajsClients, ...platformaticClients];
