import type { AddressInfo } from 'node:net';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { runCli } from '../../cli/src/test-support/run-cli.js';
import { World } from './test-support/world.js';
it('imports', async () => {
  const world = await World.open();
  await world.app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(world.app.getHttpServer().address() as AddressInfo).port}`;
  try {
  const made = await world.ask('organiser', 'POST', '/tokens', { body: { name: 'cli', scopes: ['read', 'data'], expiresInDays: 2 } });
  console.log(made.statusCode, made.body.slice(0, 200));
  const token = (made.json() as { secret: string }).secret;
  const home = mkdtempSync(join(tmpdir(), 'x-'));
  mkdirSync(join(home, 'voxelmark'));
  writeFileSync(join(home, 'voxelmark/credentials.json'), JSON.stringify({ url, token, email: 'a@example.org' }));
  const env = { XDG_CONFIG_HOME: home };
  const R = '/work/shared/data/real';
  const go = async (...args: string[]) => { const { code, stdout, stderr } = await runCli(['dataset', 'import', ...args, '--json'], env).ended; console.log(code, stdout.slice(0, 900), stderr.slice(0, 600)); };
  await go(`${R}/totalseg/example_ct_dicom`, `${R}/totalseg/example_seg_dicom.nii.gz`, '--name', 'Totalseg', '--licence', 'Apache-2.0');
  await go(`${R}/totalseg/example_ct_dicom`, `${R}/totalseg/example_seg_dicom.nii.gz`, '--name', 'Totalseg', '--licence', 'Apache-2.0', '--yes');
  await go(`${R}/totalseg/example_ct_dicom`, `${R}/totalseg/example_seg_dicom.nii.gz`, '--name', 'Totalseg', '--licence', 'Apache-2.0', '--yes');
  await go(`/tmp/pm/study`, '--name', 'Spleen study', '--licence', 'CC-BY-SA-4.0', '--yes');
  await go(`${R}/msd-spleen2-crop/ct.nii.gz`, `${R}/msd-spleen2-crop/seg_manual.nii.gz`, '--name', 'Spleen', '--licence', 'CC-BY-SA-4.0', '--yes');
  await go('/tmp/pm/Dataset001_Big', '--licence', 'CC0-1.0', '--yes');
  const seen = (await world.ask('organiser', 'GET', '/datasets/totalseg')).json();
  console.log(JSON.stringify({ ...seen, labels: seen.labels.length }));
  console.log(JSON.stringify((await world.ask('organiser', 'GET', '/datasets/spleen-study')).json()));
  console.log(world.logged);
  } finally { await world.close(); }
}, 150000);
