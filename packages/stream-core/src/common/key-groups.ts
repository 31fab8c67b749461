/** A stretch of keys that differ only in their last characters. */
export interface KeysAlike {
  /** What they begin with. */
  readonly group: string;
  readonly from: string;
  readonly to: string;
  /** How many characters they differ in. */
  readonly suffix: number;
}

const groupOf = (key: string, suffix: number): string => key.slice(0, Math.max(0, key.length - suffix));

/** The keys from `from` (included) to `to` (excluded), of those that are as `from` is but for so many last characters. */
export const keysAlike = (from: string, to: string, suffix: number): KeysAlike => ({
  group: groupOf(from, suffix),
  from,
  to,
  suffix,
});

/**
 * Keys by what stands in front of their last characters, such as the windows of one key. Most groups have one key, and
 * that stands for itself.
 */
export class KeyGroups {
  readonly #groups = new Map<string, string | string[]>();
  readonly #suffix: number;

  /** @param suffix so many characters do not count */
  constructor(suffix: number) {
    this.#suffix = suffix;
  }

  /** Adds a key that is not here. */
  add(key: string): void {
    const name = groupOf(key, this.#suffix);
    const group = this.#groups.get(name);
    if (group === undefined) {
      this.#groups.set(name, key);
      return;
    }
    const keys = typeof group === 'string' ? [group] : group;
    let at = keys.length;
    while (at > 0 && (keys[at - 1] as string) > key) at--;
    keys.splice(at, 0, key);
    this.#groups.set(name, keys);
  }

  /** Takes out a key that is here. */
  delete(key: string): void {
    const name = groupOf(key, this.#suffix);
    const group = this.#groups.get(name);
    if (typeof group === 'object') group.splice(group.indexOf(key), 1);
    if (typeof group === 'string' || group?.length === 0) this.#groups.delete(name);
  }

  /** The keys of a group from `from` (included) to `to` (excluded), in order. */
  between({ group: name, from, to }: KeysAlike): readonly string[] {
    const group = this.#groups.get(name);
    if (group === undefined) return none;
    if (typeof group === 'string') return group >= from && group < to ? [group] : none;
    return group.filter((key) => key >= from && key < to);
  }
}

const none: readonly string[] = [];
