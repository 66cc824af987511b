import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callEach } from './sample';
import type { Sample } from './sample';

// A device of Linux on which every write fails with ENOSPC, as on a full disk.
const FULL_DEVICE = '/dev/full';

function writeFiles(nas: string): void {
  for (const folder of ['sales', 'reports', 'archive']) mkdirSync(join(nas, folder));
  writeFileSync(join(nas, 'prices.json'), JSON.stringify({ teapot: 19, cup: 4 }));
  for (const [month, days] of [
    ['2025-09', 30],
    ['2025-10', 31],
    ['2025-12', 31],
  ] as const) {
    writeFileSync(join(nas, 'sales', `${month}.csv`), 'teapot\ncup\ncup\n'.repeat(400 * days));
  }
  if (existsSync(FULL_DEVICE)) symlinkSync(FULL_DEVICE, join(nas, 'reports', '2025-12.json'));
}

/** Files in a mounted folder: read whole, read as streams, a missing one, and a full disk. */
export const nas: Sample = {
  name: 'nas',
  question:
    'Where does the time on a NAS go: which file, how many bytes, how long until the last byte, and what failed?',
  attributes: [
    'faas.coldstart',
    'file.path',
    'file.size',
    'fc_traced.stream.items',
    'fc_traced.stream.bytes',
    'revenue',
  ],
  async *run(deployment) {
    const mount = deployment.temporaryFolder();
    writeFiles(mount);
    deployment.log('a temporary folder with the files, in place of a NAS mounted at /mnt/nas');
    deployment.replaceInOutput(mount, '/mnt/nas');
    const hasFullDevice = existsSync(FULL_DEVICE);
    if (!hasFullDevice) deployment.log(`no full disk: this system has no ${FULL_DEVICE}; that call is skipped`);
    yield* callEach(deployment, deployment.addFunction({ env: { NAS_DIR: mount } }), [
      { name: 'cold', title: 'cold call' },
      { name: 'warm', title: 'warm call', event: { month: '2025-10' } },
      {
        name: 'missing-file',
        title: 'failing call: the file with the sales of that month is missing',
        event: { month: '2025-11' },
      },
      ...(hasFullDevice
        ? [{ name: 'full-disk', title: 'failing call: no space left for the report', event: { month: '2025-12' } }]
        : []),
    ]);
  },
};
