import type { AccountRole } from '#domain';

/** Known to everybody who can read this file: such accounts are refused beyond loopback. */
export const DEMO_PASSWORD = 'voxelmark-demo';

/** One account for each role, so that everybody can look at the demo through every pair of eyes. */
export const DEMO_ACCOUNTS: readonly { readonly role: AccountRole; readonly name: string; readonly email: string }[] = [
  { role: 'researcher', name: 'Robin Researcher', email: 'researcher@demo.voxelmark.local' },
  { role: 'organiser', name: 'Olu Organiser', email: 'organiser@demo.voxelmark.local' },
  { role: 'reader', name: 'Rosa Reader', email: 'reader@demo.voxelmark.local' },
  { role: 'steward', name: 'Sam Steward', email: 'steward@demo.voxelmark.local' },
  { role: 'admin', name: 'Ada Admin', email: 'admin@demo.voxelmark.local' },
];
