import { ENDPOINTS } from '#contracts';
import { CAPACITIES, type Capacity } from '#domain';
import { describeMembers } from '../benchmark/describe.js';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { CliError, EXIT, usageError } from '../exit.js';

export const benchmarkMembers: Command = {
  name: ['benchmark', 'members'],
  summary: 'who organises, keeps and reads a benchmark; appoints and removes people',
  usage: 'BENCHMARK [--add MAIL --as organiser|reader|steward | --remove MAIL [--as …]]',
  options: {
    add: { type: 'string', help: 'e-mail address of an account' },
    remove: { type: 'string', help: 'e-mail address of somebody who has a part in it' },
    as: { type: 'string', help: `${CAPACITIES.join(', ')}; when removing, by default all` },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const [slug] = invocation.words;
    const [added, removed, as] = ['add', 'remove', 'as'].map((name) => text(invocation, name));
    if (added !== null && removed !== null) throw usageError('give --add or --remove, not both');
    if (added === null && removed === null && as !== null) throw usageError('--as goes with --add or --remove');
    const capacity = CAPACITIES.find((one) => one === as) ?? null;
    if (as !== null && capacity === null) throw usageError(`--as ${as}: expected ${CAPACITIES.join(', ')}`);
    if (added !== null && capacity === null) throw usageError(`--add needs --as ${CAPACITIES.join(', ')}`);
    const client = await connect(text(invocation, 'url'), { anonymous: false });
    let members = await client.call(ENDPOINTS.listMembers, { params: { slug } });
    if (added !== null)
      members = await client.call(ENDPOINTS.addMember, { params: { slug }, body: { email: added, capacity: capacity as Capacity } });
    if (removed !== null) {
      const found = members.items.find(({ email }) => email === removed.trim().toLowerCase());
      if (found === undefined) throw new CliError('not-found', `${removed} has no part in "${slug}"`, EXIT.notFound);
      members = await client.call(ENDPOINTS.removeMember, {
        params: { slug, id: found.id },
        query: capacity === null ? {} : { capacity },
      });
    }
    invocation.terminal.out(members, describeMembers(members));
    return EXIT.ok;
  },
};
