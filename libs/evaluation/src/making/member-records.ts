import type { Capacity } from '#domain';

/** Somebody who has a part in a benchmark. */
export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly capacities: readonly Capacity[];
  readonly disabled: boolean;
}

/** Who has a part in which benchmark. Each change is one transaction and goes into the history of the benchmark. */
export interface MemberRecords {
  /** What a person is to a benchmark now. */
  capacities(userId: string, benchmarkId: string): Promise<readonly Capacity[]>;
  /** By name. */
  members(benchmarkId: string): Promise<readonly Member[]>;
  /** Whether a capacity was taken from the person once. */
  wasMember(userId: string, benchmarkId: string): Promise<boolean>;
  /**
   * False: the person has the capacity already.
   * @throws RequestRefused 409 `member-competes` for whoever has submitted to the benchmark
   */
  addMember(benchmarkId: string, userId: string, capacity: Capacity, by: string): Promise<boolean>;
  /**
   * Takes one capacity, or with null all of them. False: there was nothing to take.
   * @throws RequestRefused 409 `member-last-organiser` when nobody would organise it whose account can sign in
   */
  removeMember(benchmarkId: string, userId: string, capacity: Capacity | null, by: string): Promise<boolean>;
}
