import { containerFaults, type ContainerFacts } from './container-facts.js';

const SEALED: ContainerFacts = {
  interfaces: ['lo'],
  rootIsReadOnly: true,
  uid: 1000,
  status: 'Name:\tnode\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n',
  owners: [1000, 1000],
  environment: ['PATH', 'NODE_ENV', 'VOXELMARK_RUNNER_SOCKET'],
};
const status = (name: string, value: string) =>
  SEALED.status.replace(new RegExp(`^${name}:\t.*$`, 'm'), `${name}:\t${value}`);

describe('the claim to be a container of its own', () => {
  it('holds when nothing speaks against it', () => {
    expect(containerFaults(SEALED)).toEqual([]);
  });

  it.each<[string, Partial<ContainerFacts>, RegExp]>([
    ['a network', { interfaces: ['lo', 'eth0'] }, /^there are network interfaces: eth0$/],
    ['a root to write to', { rootIsReadOnly: false }, /root is not read-only/],
    ['root', { uid: 0, owners: [0] }, /runs as root/],
    ['privileges to gain', { status: status('NoNewPrivs', '0') }, /no-new-privileges/],
    ['every system call', { status: status('Seccomp', '0') }, /seccomp/],
    ['capabilities', { status: status('CapEff', '00000000a80425fb') }, /capabilities/],
    ['capabilities to regain', { status: status('CapBnd', '00000000a80425fb') }, /capabilities/],
    ['a system that does not tell', { status: '' }, /privileges/],
    ['other people', { owners: [1000, 0] }, /other users/],
    ['credentials', { environment: ['DATABASE_URL'] }, /the environment has DATABASE_URL/],
  ])('falls with %s', (_, changes, why) => {
    expect(containerFaults({ ...SEALED, ...changes })[0]).toMatch(why);
  });
});
