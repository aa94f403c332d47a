import { Inject, Injectable } from '@nestjs/common';
import { revealOf, revealRule, type Actor, type Capacity, type Resource } from '#domain';
import type { Benchmark, Clock, EvaluationCase, EvaluationRecords, Phase } from '#evaluation';
import { FEWEST_TO_RANK } from '#statistics';
import { may } from '../http/permit.js';
import { CLOCK, RECORDS } from '../settings.js';

/** What of the results of a phase a person may know. */
export interface ResultSight {
  /** Figures of single cases. */
  readonly seesCases: boolean;
  /** In how many cases something happened: of held-out cases where these are of 10 patients or more. */
  readonly seesCounts: boolean;
}

/** What a person is to a benchmark, as the policy wants to know it. */
@Injectable()
export class Sight {
  /** By phase; the cases of a phase never change. */
  private readonly patients = new Map<string, Promise<number>>();

  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Capacities of the person in one benchmark; none for a visitor. */
  async capacities(actor: Actor, benchmarkId: string | null): Promise<readonly Capacity[]> {
    return actor.userId === null || benchmarkId === null ? [] : this.records.capacities(actor.userId, benchmarkId);
  }

  async ofBenchmark(actor: Actor, benchmark: Pick<Benchmark, 'id' | 'published'>): Promise<Resource> {
    return { published: benchmark.published, capacities: await this.capacities(actor, benchmark.id) };
  }

  /** The same for whoever wants to compete on it: who had a part in it once is told apart. */
  async ofEntrant(actor: Actor, benchmark: Pick<Benchmark, 'id' | 'published'>): Promise<Resource> {
    const wasMember = actor.userId !== null && (await this.records.wasMember(actor.userId, benchmark.id));
    return { ...(await this.ofBenchmark(actor, benchmark)), wasMember };
  }

  /**
   * The same for one case, with what the reveal rule of its phase says of it now.
   *
   * Whatever shows voxels of a case, or anything that places of voxels can be read from, asks the policy with this and not
   * with `inPhase`: without the rule's word references stay hidden.
   *
   * @param resource what the person is to the benchmark
   */
  ofCase(
    resource: Resource,
    phase: Pick<Phase, 'label' | 'kind' | 'rules'>,
    { name, label }: Pick<EvaluationCase, 'name' | 'label'>,
  ): Resource {
    const reveal = revealOf(phase, name, resource.capacities ?? [], this.clock.now());
    return { ...inPhase(resource, phase), label, reveal };
  }

  /** Whether there may be a case in the phase that the person sees; where not, the cases need not be read. */
  mayOpen(actor: Actor, resource: Resource, phase: Pick<Phase, 'label' | 'kind' | 'rules'>): boolean {
    const opening = !['all', 'never'].includes(revealRule(phase.rules, phase.kind).kind);
    return opening || may(actor, 'case.view', inPhase(resource, phase));
  }

  async ofResults(actor: Actor, resource: Resource, phase: Phase): Promise<ResultSight> {
    const seesCases = may(actor, 'run.case-result', inPhase(resource, phase));
    return { seesCases, seesCounts: seesCases || (await this.patientsOf(phase)) >= FEWEST_TO_RANK };
  }

  private patientsOf({ id }: Phase): Promise<number> {
    const known = this.patients.get(id);
    if (known !== undefined) return known;
    const counted = this.records.cases(id).then((cases) => new Set(cases.map(({ patient }) => patient)).size);
    this.patients.set(id, counted);
    counted.catch(() => this.patients.delete(id)); // whoever waits for it gets the fault; the next asks again
    return counted;
  }
}

/** The same, for what is computed from the cases of a phase. */
export function inPhase(resource: Resource, phase: Pick<Phase, 'label' | 'kind'>): Resource {
  return { ...resource, label: phase.label, phase: phase.kind };
}
