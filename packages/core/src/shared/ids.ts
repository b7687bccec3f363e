import { hash, randomUUID } from 'node:crypto';

/** Where new ids come from. Inject a counting one in tests (`@tidemark/testing`). */
export interface Ids {
  /** A new UUID in lower case. */
  next(): string;
}

export const randomIds: Ids = { next: () => randomUUID() };

/**
 * The UUID that belongs to `seed`: the same seed gives the same UUID, in every process.
 * RFC 9562 version 8: the first 122 free bits of the seed's SHA-256.
 */
export function derivedId(seed: string): string {
  const hex = hash('sha256', seed, 'hex');
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
