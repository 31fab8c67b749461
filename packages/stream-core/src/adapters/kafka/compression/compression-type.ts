/** How the records of a batch are packed: Kafka's `compression.type`. */
export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** The types in the order of their numbers in the attributes of a batch. */
export const compressionTypes: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** The bits of the attributes that hold the number. */
export const compressionMask = 0x07;
