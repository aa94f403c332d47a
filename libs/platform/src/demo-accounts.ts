import type { AccountRole } from '#domain';
import type { Config } from './config.js';

/** Known to everybody who can read this file: such accounts are refused where others than this machine can get. */
export const DEMO_PASSWORD = 'voxelmark-demo';

/** One account for each role, so that everybody can look at the demo through every pair of eyes. */
export const DEMO_ACCOUNTS: readonly { readonly role: AccountRole; readonly name: string; readonly email: string }[] = [
  { role: 'researcher', name: 'Robin Researcher', email: 'researcher@demo.voxelmark.local' },
  { role: 'organiser', name: 'Olu Organiser', email: 'organiser@demo.voxelmark.local' },
  { role: 'reader', name: 'Rosa Reader', email: 'reader@demo.voxelmark.local' },
  { role: 'steward', name: 'Sam Steward', email: 'steward@demo.voxelmark.local' },
  { role: 'admin', name: 'Ada Admin', email: 'admin@demo.voxelmark.local' },
];

const LOOPBACK = new Set(['localhost', '::1', '[::1]', '0:0:0:0:0:0:0:1']);

/** True for names and addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return LOOPBACK.has(name) || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether the demo accounts may be made, shown and used: the demo is on, and nothing says that others than this machine
 * reach the server. A server on loopback is reached from outside when a proxy stands before it, and then it usually has a
 * public address of its own, or is told to trust the proxy.
 */
export function demoAllowed({
  demo,
  host,
  publicUrl,
  trustProxy,
}: Pick<Config, 'demo' | 'host' | 'publicUrl' | 'trustProxy'>): boolean {
  const local = isLoopback(host) && (publicUrl === null || isLoopback(new URL(publicUrl).hostname));
  return demo && local && !trustProxy;
}
