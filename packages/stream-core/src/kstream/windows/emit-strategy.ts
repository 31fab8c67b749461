/**
 * When a windowed table emits: every update of a window, or one final result once the window is closed. A window is
 * closed when stream time has passed its end and the grace.
 *
 * As in Kafka Streams the table's store forgets windows by its retention, which by default is no longer than a window
 * stays open: where stream time jumps and the record cache is off, a window may be forgotten before it is emitted. A
 * longer `retention` of the store rules that out.
 *
 * Final results come with the first record behind the close, at most once every `emitInterval` of the configuration, in
 * the order of time.
 *
 * @see KIP-825, `org.apache.kafka.streams.kstream.EmitStrategy`
 */
export type EmitStrategy = 'onWindowUpdate' | 'onWindowClose';
