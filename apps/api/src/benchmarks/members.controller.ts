import { Controller, Inject } from '@nestjs/common';
import { ENDPOINTS, type BenchmarkMembersView } from '#contracts';
import { notFound, RequestRefused, type Actor, type Resource } from '#domain';
import type { AccountRecords, Benchmark, EvaluationRecords, Log } from '#evaluation';
import { Throttle } from '../accounts/throttle.js';
import { Mount, type Answer, type Ask } from '../http/mount.js';
import { permit } from '../http/permit.js';
import { ACCOUNTS, LOG, RECORDS } from '../settings.js';
import { historyView, peopleOf } from './making-view.js';
import { Sight } from './sight.js';

/** Who has a part in a benchmark: organisers, readers and stewards, also of one that came with its files. */
@Controller()
export class MembersController {
  constructor(
    @Inject(RECORDS) private readonly records: EvaluationRecords,
    @Inject(ACCOUNTS) private readonly accounts: AccountRecords,
    @Inject(LOG) private readonly log: Log,
    private readonly sight: Sight,
    private readonly throttle: Throttle,
  ) {}

  @Mount(ENDPOINTS.listMembers)
  async list({ actor, params }: Ask<typeof ENDPOINTS.listMembers>): Promise<Answer<typeof ENDPOINTS.listMembers>> {
    const { benchmark } = await this.open(actor, params.slug);
    return this.view(benchmark);
  }

  @Mount(ENDPOINTS.addMember)
  async add({ actor, params, body }: Ask<typeof ENDPOINTS.addMember>): Promise<Answer<typeof ENDPOINTS.addMember>> {
    const { benchmark, resource } = await this.open(actor, params.slug);
    const by = actor.userId as string; // the policy asks for an account
    await this.throttle.appointment(by); // the answer tells whether there is such an account
    const account = await this.accounts.findAccount({ email: body.email });
    if (account === null || account.disabledAt !== null) {
      this.log.info('benchmark.member-unknown', { benchmarkId: benchmark.id, userId: by });
      throw new RequestRefused(
        422,
        'member-unknown',
        'There is no account with this e-mail address, or it is disabled. Whoever is to be appointed makes an account first.',
      );
    }
    permit(actor, 'member.manage', { ...resource, ownerId: account.id }, 'benchmark');
    const { capacity } = body;
    if (await this.records.addMember(benchmark.id, account.id, capacity, by))
      this.log.info('benchmark.member-added', { benchmarkId: benchmark.id, userId: by, memberId: account.id, capacity });
    return this.view(benchmark);
  }

  @Mount(ENDPOINTS.removeMember)
  async remove({
    actor,
    params,
    query,
  }: Ask<typeof ENDPOINTS.removeMember>): Promise<Answer<typeof ENDPOINTS.removeMember>> {
    const { benchmark } = await this.open(actor, params.slug);
    const by = actor.userId as string;
    const { capacity = null } = query;
    if (!(await this.records.removeMember(benchmark.id, params.id, capacity, by))) throw notFound('member');
    this.log.info('benchmark.member-removed', { benchmarkId: benchmark.id, userId: by, memberId: params.id, capacity });
    // who removed himself is answered, too, although he may not ask again
    return this.view(benchmark);
  }

  private async open(actor: Actor, slug: string): Promise<{ benchmark: Benchmark; resource: Resource }> {
    const benchmark = await this.records.findBenchmark(slug);
    if (benchmark === null) throw notFound('benchmark');
    const resource = await this.sight.ofBenchmark(actor, benchmark);
    permit(actor, 'member.manage', resource, 'benchmark');
    return { benchmark, resource };
  }

  private async view({ id }: Benchmark): Promise<BenchmarkMembersView> {
    const [members, events] = await Promise.all([this.records.members(id), this.records.makingEvents(id)]);
    const changes = events.filter(({ member }) => member !== null);
    const names = await this.accounts.accountNames(peopleOf(changes));
    return {
      items: members.map(({ userId, name, email, capacities, disabled }) => ({
        id: userId,
        name,
        email,
        capacities: [...capacities],
        disabled,
      })),
      history: historyView(changes, names),
    };
  }
}
