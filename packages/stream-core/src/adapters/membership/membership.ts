/** Who a member is: nobody yet with an empty member id and generation -1. */
export interface Membership {
  readonly memberId: string;
  readonly generationId: number;
}
