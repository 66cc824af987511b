// Builds the documentation site into `docs/.vitepress/dist`, serves it while pages are written, or serves what was
// built: `node .ci/docs.mjs build`, `dev` or `preview`. The generator is a package of its own, in `docs/.vitepress`,
// which is installed when it is first needed.
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'docs');
const site = path.join(docs, '.vitepress');

const changed = (file) => statSync(path.join(site, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  execFileSync('npm', ['ci', '--prefix', site, '--no-audit', '--no-fund'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}

const vitepress = path.join(site, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
const [command = 'build', ...options] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [vitepress, command, docs, ...options], { stdio: 'inherit' });
process.exitCode = status ?? 1;
