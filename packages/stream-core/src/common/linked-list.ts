/** The place of an item in a list. */
export interface Link<T> {
  readonly item: T;
  previous: Link<T> | null;
  next: Link<T> | null;
}

/** A place that is in no list yet. */
export const linkOf = <T>(item: T): Link<T> => ({ item, previous: null, next: null });

/**
 * A doubly linked list of items that know their place, so that each can be moved to the end at once. A Map whose
 * entries are deleted and set again keeps that order too, but pays for it by being copied again and again.
 */
export class LinkedList<T> {
  #first: Link<T> | null = null;
  #last: Link<T> | null = null;

  get first(): T | null {
    return this.#first === null ? null : this.#first.item;
  }

  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** Adds a link, which must be in no list, behind all others. */
  append(link: Link<T>): void {
    const last = this.#last;
    link.previous = last;
    link.next = null;
    if (last === null) this.#first = link;
    else last.next = link;
    this.#last = link;
  }

  /** Takes out a link, which must be in this list. */
  remove(link: Link<T>): void {
    const { previous, next } = link;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    link.previous = null;
    link.next = null;
  }

  /** Moves a link of this list behind all others. */
  moveToEnd(link: Link<T>): void {
    if (this.#last === link) return;
    this.remove(link);
    this.append(link);
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
  }

  /** The items in their order, as they are now. */
  toArray(): T[] {
    const items: T[] = [];
    for (let link = this.#first; link !== null; link = link.next) items.push(link.item);
    return items;
  }
}
