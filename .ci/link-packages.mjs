import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Links the packages of this repository, and its build as fc-traced, into the `node_modules` of a folder. */
export function linkPackages(folder) {
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  const link = (name, target) => symlinkSync(target, path.join(modules, name), 'junction');
  for (const name of readdirSync(path.join(root, 'node_modules'))) {
    if (!name.startsWith('.') && !name.startsWith('fc-traced')) link(name, path.join(root, 'node_modules', name));
  }
  link('fc-traced', root);
}
