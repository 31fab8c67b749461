import type { Connector, ServerChannel } from './connector.ts';

/**
 * The tie between an object of this client and its counterpart at the server. The counterpart is made when it is first
 * needed, lives as long as the connection, and is made anew on the next one.
 */
export class Attachment {
  readonly #connector: Connector;
  readonly #open: (channel: ServerChannel) => void;
  #channel: ServerChannel | null = null;

  /** @param open tells the server what the object is, and everything that it has been told so far */
  constructor(connector: Connector, open: (channel: ServerChannel) => void) {
    this.#connector = connector;
    this.#open = open;
  }

  /** Where the counterpart is; null when there is none. */
  get channel(): ServerChannel | null {
    return this.#channel?.isOpen === true ? this.#channel : null;
  }

  /** True when there was a counterpart and its connection ended. */
  get isLost(): boolean {
    return this.#channel?.isOpen === false;
  }

  /** @throws StreamsError BROKER_UNAVAILABLE, CLOSED */
  async attach(): Promise<ServerChannel> {
    const attached = this.channel;
    if (attached !== null) return attached;
    const channel = await this.#connector.connect();
    // Several calls may have waited for the same connection.
    if (this.#channel !== channel) {
      this.#channel = channel;
      this.#open(channel);
    }
    return channel;
  }
}
