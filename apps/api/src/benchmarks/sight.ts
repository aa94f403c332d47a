import { Inject, Injectable } from '@nestjs/common';
import { revealOf, revealRule, type Actor, type Capacity, type Resource } from '#domain';
import type { OpenCases } from '#contracts';
import type { Benchmark, Clock, EvaluationCase, EvaluationRecords, Phase } from '#evaluation';
import { FEWEST_TO_RANK } from '#statistics';
import { may } from '../http/permit.js';
import { CLOCK, RECORDS } from '../settings.js';

/** What of the results of a phase a person may know. */
export interface ResultSight {
  /** Of which cases figures, image and prediction: some, where the reveal rule opens these and not the others. */
  readonly openCases: OpenCases;
  /** All of them: figures of every case. */
  readonly seesCases: boolean;
  /** When its runs began and ended, to the millisecond: never of held-out cases that only the reveal rule opens. */
  readonly seesTimes: boolean;
  /** In how many cases something happened: where those whose figures are not shown are of 10 patients or more. */
  readonly seesCounts: boolean;
}

/** Of a case what decides about it. */
type OneCase = Pick<EvaluationCase, 'name' | 'label' | 'patient'>;

/** What a person is to a benchmark, as the policy wants to know it. */
@Injectable()
export class Sight {
  /** By phase; the cases of a phase never change. */
  private readonly known = new Map<string, Promise<readonly OneCase[]>>();

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
    const seesTimes = this.followsRuns(actor, resource, phase);
    if (may(actor, 'run.case-result', inPhase(resource, phase)))
      return { openCases: 'all', seesCases: true, seesTimes, seesCounts: true };
    const cases = await this.casesOf(phase);
    const closed = this.mayOpen(actor, resource, phase)
      ? cases.filter((one) => !may(actor, 'run.case-result', this.ofCase(resource, phase, one)))
      : cases;
    const openCases = closed.length === cases.length ? 'none' : closed.length > 0 ? 'some' : 'all';
    const seesCases = openCases === 'all';
    // who sees the figures of the others can take them out of any mean or count: what is left is about these
    const patients = new Set(closed.map(({ patient }) => patient)).size;
    return { openCases, seesCases, seesTimes, seesCounts: seesCases || patients >= FEWEST_TO_RANK };
  }

  /**
   * Of runs on the phase's cases the person may know this much: null, whatever they do at any time; else what became of
   * those that have completed and may be known to have done so at the moment that is returned. What the reveal rule opens
   * is a case, not the clock of the runs on it.
   */
  toldBy(actor: Actor, resource: Resource, phase: Pick<Phase, 'label' | 'kind'>): Date | null {
    return this.followsRuns(actor, resource, phase) ? null : this.clock.now();
  }

  private followsRuns(actor: Actor, resource: Resource, phase: Pick<Phase, 'label' | 'kind'>): boolean {
    return may(actor, 'run.case-list', inPhase(resource, phase));
  }

  private casesOf({ id }: Phase): Promise<readonly OneCase[]> {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const read = this.records
      .cases(id)
      .then((cases) => cases.map(({ name, label, patient }) => ({ name, label, patient })));
    this.known.set(id, read);
    read.catch(() => this.known.delete(id)); // whoever waits for it gets the fault; the next asks again
    return read;
  }
}

/** The same, for what is computed from the cases of a phase. */
export function inPhase(resource: Resource, phase: Pick<Phase, 'label' | 'kind'>): Resource {
  return { ...resource, label: phase.label, phase: phase.kind };
}
