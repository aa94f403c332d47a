import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS } from '#contracts';
import { notFound } from '#domain';
import type { AccessLog, AccountRecords, EvaluationRecords } from '#evaluation';
import { Sight } from '../benchmarks/sight.js';
import { beforePlace, readCursor, writeCursor } from '../http/cursor.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCESS_LOG, ACCOUNTS, RECORDS } from '../settings.js';

/** Who asked for which pixels of a benchmark, newest first. */
@Controller()
export class AccessLogController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(ACCESS_LOG) private readonly accessLog: AccessLog,
    private readonly sight: Sight,
  ) {}

  @Mount(ENDPOINTS.listAccessEvents)
  async list({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.listAccessEvents>): Promise<Answer<typeof ENDPOINTS.listAccessEvents>> {
    const benchmark = await this.records.findBenchmark(params.slug);
    if (benchmark === null) throw notFound('benchmark');
    permit(actor, 'access-log.view', await this.sight.ofBenchmark(actor, benchmark), 'benchmark');
    const place = readCursor(query.cursor, beforePlace);
    const found = await this.accessLog.list(
      { benchmarkId: benchmark.id },
      { limit: query.limit + 1, before: place?.before },
    );
    const page = found.slice(0, query.limit);
    const names = await this.accounts.accountNames([
      ...new Set(page.flatMap(({ userId }) => (userId === null ? [] : [userId]))),
    ]);
    const last = page.at(-1);
    return {
      items: page.map(({ id, at, userId, action, objectId, caseId, allowed }) => ({
        id,
        at: at.toISOString(),
        userId,
        userName: userId === null ? null : (names.get(userId) ?? null),
        action,
        objectId,
        caseId,
        allowed,
      })),
      nextCursor: found.length > page.length && last !== undefined ? writeCursor({ before: last.id }) : null,
    };
  }
}
