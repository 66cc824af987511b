import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dist, root } from './fresh-process';

/**
 * A folder outside of this repository whose `node_modules` contains a copy of the built package, its dependencies and
 * its peers, but no optional peer. So nothing is resolved from this repository by accident.
 */
export class InstalledCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-installed-'));
  readonly installed = path.join(this.folder, 'node_modules', 'fc-traced');

  constructor(further: readonly string[] = []) {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(path.join(root, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    mkdirSync(this.installed, { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(this.installed, 'package.json'));
    cpSync(dist, path.join(this.installed, 'dist'), { recursive: true });
    this.write('package.json', '{"name":"program"}');
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...further]) {
      const link = path.join(this.folder, 'node_modules', name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(root, 'node_modules', name), link, 'junction');
    }
  }

  /** Writes a file of the program, and returns its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
