/** A name for the node, instead of a generated one. */
export interface Named {
  /** ASCII letters, digits, `.`, `_` and `-`. @default generated, such as `KSTREAM-FILTER-0000000001` */
  readonly name?: string;
}
