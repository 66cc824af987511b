// Collects the licenses of the packages that are compiled into the package.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const LICENSE = /^(?:licen[cs]e|copying|notice)(?:\.|-|$)/i;

/** Returns name, version and license of each package to which one of the files belongs, sorted by name. */
export function licensesOf(files) {
  const folders = new Set(files.map(packageFolder));
  return [...folders]
    .map((folder) => ({ folder, ...JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ folder, name, version, license, licenses }) => {
      const texts = readdirSync(folder).filter((file) => LICENSE.test(file));
      const kind = license ?? licenses?.map(({ type }) => type).join(', ');
      if (kind === undefined && texts.length === 0) throw new Error(`${name} has no license`);
      return [`${name} ${version}${kind === undefined ? '' : ` (${kind})`}`]
        .concat(texts.map((file) => readFileSync(path.join(folder, file), 'utf8').trim()))
        .join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n');
}

/** The folder of the package to which a file belongs. Folders inside a package may have a package.json without a name. */
function packageFolder(file) {
  let folder = path.dirname(file);
  for (;;) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name !== undefined) return folder;
    folder = path.dirname(folder);
  }
}
