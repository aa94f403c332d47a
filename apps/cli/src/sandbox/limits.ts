import { availableParallelism, totalmem } from 'node:os';
import type { RunLimits } from '#domain';
import { text, type Invocation } from '../command.js';
import { usageError } from '../exit.js';

const MIB = 1024 * 1024;
/** Of the machine's memory, for a process that shares it with whatever else runs. */
const MEMORY_SHARE = 0.8;
/** Nobody waits longer than a night for one scan; what does not end by itself does then. */
const CASE_SECONDS = 12 * 3600;
const LOAD_SECONDS = 600;

export const LIMIT_OPTIONS = {
  threads: { type: 'string', help: 'threads of the network; by default the number of cores' },
  'memory-mib': { type: 'string', help: 'memory limit of its process; by default four fifths of the machine' },
  'max-seconds': { type: 'string', help: 'time limit of one image; by default 12 hours' },
} as const;

/** What a process on this machine may take, unless options say otherwise. @throws CliError `usage` */
export function limitsOf(invocation: Pick<Invocation, 'options'>, base: RunLimits = ofThisMachine()): RunLimits {
  return {
    ...base,
    threads: whole(invocation, 'threads', 1, 256) ?? base.threads,
    memoryMib: whole(invocation, 'memory-mib', 128, 16 * 1024 * 1024) ?? base.memoryMib,
    caseSeconds: whole(invocation, 'max-seconds', 1, 7 * 24 * 3600) ?? base.caseSeconds,
  };
}

export function ofThisMachine(): RunLimits {
  const constrained = process.constrainedMemory(); // 0, or more than there is, where nothing constrains
  const memory = constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
  return {
    loadSeconds: LOAD_SECONDS,
    caseSeconds: CASE_SECONDS,
    memoryMib: Math.max(512, Math.floor((MEMORY_SHARE * memory) / MIB)),
    threads: availableParallelism(),
  };
}

function whole(invocation: Pick<Invocation, 'options'>, name: string, least: number, most: number): number | null {
  const given = text(invocation, name);
  if (given === null) return null;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`--${name} is "${given}"; expected a whole number from ${least} to ${most}`);
}
