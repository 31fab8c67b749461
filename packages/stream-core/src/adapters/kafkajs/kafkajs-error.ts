import { errorMessage, StreamsError } from '../../errors/streams-error.ts';

// Errors of kafkajs are told by their names: an application may have several copies of it, each with its own classes.

/** The broker gave no answer to what `what` names; whether it did it is not known. */
export const unavailable = (what: string, cause: unknown): StreamsError =>
  new StreamsError(
    'BROKER_UNAVAILABLE',
    `${what}: ${errorMessage(cause)}; check the brokers of the kafkajs client and the network`,
    { cause },
  );

const refusals = new Set(['UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE', 'SASL_AUTHENTICATION_FAILED']);

/** Node's codes for a certificate that is not good, or an answer that is not TLS. */
const tlsFailure =
  /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED_|UNABLE_TO_(VERIFY|GET)_|HOSTNAME_MISMATCH|EPROTO)/;

/**
 * kafkajs reports a connection that broke during authentication as refused credentials. They are refused only when the
 * broker said so, and then the connection still stands.
 */
const isRefused = (error: Error, isConnected: boolean): boolean => {
  if (error.name === 'KafkaJSSASLAuthenticationError') return isConnected && !error.message.includes('timed out');
  if ('type' in error && typeof error.type === 'string' && refusals.has(error.type)) return true;
  return 'code' in error && typeof error.code === 'string' && tlsFailure.test(error.code);
};

/** What an error of kafkajs's connections means here. */
export const kafkajsError = (error: unknown, broker: string, isConnected: boolean): StreamsError => {
  if (error instanceof StreamsError) return error;
  if (error instanceof Error && isRefused(error, isConnected)) {
    const message = `Broker ${broker} refused the connection: ${error.message}; check sasl and ssl of the kafkajs client`;
    return new StreamsError('AUTHENTICATION_FAILED', message, { cause: error });
  }
  return unavailable(`Broker ${broker} did not answer`, error);
};
