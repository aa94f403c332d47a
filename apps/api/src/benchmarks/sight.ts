import { Inject, Injectable } from '@nestjs/common';
import type { Actor, Capacity, Resource } from '#domain';
import type { Benchmark, EvaluationRecords, Phase } from '#evaluation';
import { RECORDS } from '../settings.js';

/** What a person is to a benchmark, as the policy wants to know it. */
@Injectable()
export class Sight {
  constructor(@Inject(RECORDS) private readonly records: EvaluationRecords) {}

  /** Capacities of the person in one benchmark; none for a visitor. */
  async capacities(actor: Actor, benchmarkId: string | null): Promise<readonly Capacity[]> {
    return actor.userId === null || benchmarkId === null ? [] : this.records.capacities(actor.userId, benchmarkId);
  }

  async ofBenchmark(actor: Actor, benchmark: Pick<Benchmark, 'id' | 'published'>): Promise<Resource> {
    return { published: benchmark.published, capacities: await this.capacities(actor, benchmark.id) };
  }
}

/** The same, for what is computed from the cases of a phase. */
export function inPhase(resource: Resource, phase: Pick<Phase, 'label' | 'kind'>): Resource {
  return { ...resource, label: phase.label, phase: phase.kind };
}
