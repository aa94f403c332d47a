import type { EntityManager } from 'typeorm';
import type { Capacity } from '#domain';
import type { MakingAct } from '#evaluation';

/** Writes who did it; the address as it is at that moment. */
export async function note(
  manager: EntityManager,
  benchmarkId: string,
  act: MakingAct,
  { by, definitionSha256 }: { readonly by: string; readonly definitionSha256: string | null },
): Promise<void> {
  await manager.query(
    `insert into benchmark_event (benchmark_id, slug, user_id, act, definition_sha256)
     select id, slug, $2, $3, $4 from benchmark where id = $1`,
    [benchmarkId, by, act, definitionSha256],
  );
}

/** Writes who appointed or removed whom, as what. */
export async function noteMember(
  manager: EntityManager,
  benchmarkId: string,
  act: MakingAct & `member-${string}`,
  { by, memberId, capacity }: { readonly by: string; readonly memberId: string; readonly capacity: Capacity },
): Promise<void> {
  await manager.query(
    `insert into benchmark_event (benchmark_id, slug, user_id, act, member_id, capacity)
     select id, slug, $2, $3, $4, $5 from benchmark where id = $1`,
    [benchmarkId, by, act, memberId, capacity],
  );
}
