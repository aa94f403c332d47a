import { readFile, readdir, rm, writeFile } from 'node:fs/promises';

/** What a process can see of the container that it is said to run in. */
export interface ContainerFacts {
  readonly interfaces: readonly string[];
  readonly rootIsReadOnly: boolean;
  readonly uid: number;
  /** Lines of /proc/self/status. */
  readonly status: string;
  /** Owners of the processes in sight. */
  readonly owners: readonly number[];
  /** Names of the environment. */
  readonly environment: readonly string[];
}

const CREDENTIALS = /DATABASE|REDIS|S3_|SMTP|PASSWORD|SECRET|TOKEN|KEY/;

/**
 * What speaks against calling this a container of its own (L3); empty when nothing does. A setting only claims it: the claim
 * holds when there is no way out of here, nothing to write to, nothing to gain and nobody else in sight.
 */
export function containerFaults({
  interfaces,
  rootIsReadOnly,
  uid,
  status,
  owners,
  environment,
}: ContainerFacts): string[] {
  const value = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  const networks = interfaces.filter((name) => name !== 'lo');
  const strangers = owners.filter((owner) => owner !== uid);
  const secrets = environment.filter((name) => CREDENTIALS.test(name));
  return [
    ...(networks.length > 0 ? [`there are network interfaces: ${networks.join(', ')}`] : []),
    ...(rootIsReadOnly ? [] : ['the root is not read-only']),
    ...(uid === 0 ? ['it runs as root'] : []),
    ...(value('NoNewPrivs') === '1' ? [] : ['privileges can be gained (no-new-privileges is not set)']),
    ...(value('Seccomp') === '2' ? [] : ['system calls are not filtered (seccomp)']),
    ...(/^0+$/.test(value('CapEff') ?? '') && /^0+$/.test(value('CapBnd') ?? '') ? [] : ['it has capabilities']),
    ...(strangers.length > 0 ? ['processes of other users are in sight'] : []),
    ...(secrets.length > 0 ? [`the environment has ${secrets.join(', ')}`] : []),
  ];
}

/** Looks around. Linux only. */
export async function containerFacts(): Promise<ContainerFacts> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const owners = await Promise.all(
    processes.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null); // null: ended while we looked
      return text === null ? null : Number(/^Uid:\s+(\d+)/m.exec(text)?.[1]);
    }),
  );
  return {
    interfaces: await readdir('/sys/class/net').catch(() => ['unknown']),
    rootIsReadOnly: await isReadOnly('/voxelmark-probe'),
    uid: process.getuid?.() ?? 0,
    status: await readFile('/proc/self/status', 'utf8'),
    owners: owners.filter((owner) => owner !== null),
    environment: Object.keys(process.env),
  };
}

/** A read-only file system says EROFS to everybody; a folder that we may not write to says EACCES. */
async function isReadOnly(path: string): Promise<boolean> {
  try {
    await writeFile(path, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS') return true;
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return (await rootOptions()).includes('ro');
    throw error;
  }
  await rm(path);
  return false;
}

/** Mount options of the root. */
async function rootOptions(): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  return mounts.findLast(([, place]) => place === '/')?.[3]?.split(',') ?? [];
}
