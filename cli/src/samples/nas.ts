import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callEach } from './single-function';
import type { Story } from './sample';

// A device that is always full: what is written to it fails as on a disk without space.
const FULL = '/dev/full';

function fillFolder(nas: string): void {
  for (const folder of ['sales', 'reports', 'archive']) mkdirSync(join(nas, folder));
  writeFileSync(join(nas, 'prices.json'), JSON.stringify({ teapot: 19, cup: 4 }));
  for (const [month, days] of [
    ['2025-09', 30],
    ['2025-10', 31],
    ['2025-12', 31],
  ] as const) {
    writeFileSync(join(nas, 'sales', `${month}.csv`), 'teapot\ncup\ncup\n'.repeat(400 * days));
  }
  if (existsSync(FULL)) symlinkSync(FULL, join(nas, 'reports', '2025-12.json'));
}

/** Files on a mounted folder: whole, as streams, one that is not there, and a disk that is full. */
export const nas: Story = {
  name: 'nas',
  question:
    'Where does the time on a NAS go: which file, how many bytes, how long until the last of them, and what failed?',
  attributes: [
    'faas.coldstart',
    'file.path',
    'file.size',
    'fc_traced.stream.items',
    'fc_traced.stream.bytes',
    'revenue',
  ],
  async *play(stage) {
    const mount = stage.folder();
    fillFolder(mount);
    stage.say('a temporary folder with the files, which stands for a NAS mounted at /mnt/nas');
    stage.showAs(mount, '/mnt/nas');
    if (!existsSync(FULL)) stage.say(`no full disk: this system has no ${FULL}, so that call is left out`);
    yield* callEach(stage, stage.deploy({ env: { NAS_DIR: mount } }), [
      { name: 'cold', title: 'cold call' },
      { name: 'warm', title: 'warm call', event: { month: '2025-10' } },
      { name: 'missing-file', title: 'failing call: there are no sales of that month', event: { month: '2025-11' } },
      ...(existsSync(FULL)
        ? [{ name: 'full-disk', title: 'failing call: no space is left for the report', event: { month: '2025-12' } }]
        : []),
    ]);
  },
};
