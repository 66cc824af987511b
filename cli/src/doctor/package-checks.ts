import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { packageOf } from '../bundling/module-files';
import type { Finding } from './finding';

// Libraries that a process must have once, because their state is in the copy.
const SINGLE = ['@opentelemetry/api', 'fc-traced', 'tsyringe', 'reflect-metadata'];
const MAX_FOLDERS = 50_000;

interface Copy {
  readonly folder: string;
  readonly version: string;
}

/** The folder of `node_modules` that a project uses: its own, or that of a folder above. */
function modulesOf(folder: string): string | undefined {
  const own = join(folder, 'node_modules');
  if (existsSync(own)) return own;
  return dirname(folder) === folder ? undefined : modulesOf(dirname(folder));
}

function packagesIn(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true }).flatMap(({ name }) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`)
      : name.startsWith('.')
        ? []
        : [name],
  );
}

/** All installed copies of the single libraries, by name. Links are followed once. */
function copiesBelow(root: string): Map<string, Copy[]> {
  const found = new Map<string, Map<string, Copy>>();
  const visited = new Set<string>();
  const open = [root];
  const opened = new Set<string>();
  for (let modules = open.pop(); modules !== undefined && visited.size < MAX_FOLDERS; modules = open.pop()) {
    if (opened.has(modules)) continue;
    opened.add(modules);
    for (const name of packagesIn(modules)) {
      let folder: string;
      try {
        folder = realpathSync(join(modules, name));
      } catch {
        continue;
      }
      if (visited.has(folder)) continue;
      visited.add(folder);
      const manifest = join(folder, 'package.json');
      if (SINGLE.includes(name) && existsSync(manifest)) {
        const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
        const copies = found.get(name) ?? new Map<string, Copy>();
        found.set(name, copies.set(folder, { folder, version: version ?? '?' }));
      }
      const inner = join(folder, 'node_modules');
      if (existsSync(inner)) open.push(inner);
      // With pnpm, what a package needs is beside it, in a folder of its own.
      const beside = packageOf(join(folder, 'package.json'));
      if (beside?.name === name) open.push(folder.slice(0, -name.length - 1));
    }
  }
  return new Map([...found].map(([name, copies]) => [name, [...copies.values()]]));
}

/** Finds second copies of libraries of which a process must have one. */
export function checkCopies(folder: string): Finding[] {
  const modules = modulesOf(folder);
  if (modules === undefined) return [];
  return [...copiesBelow(modules)].flatMap(([name, copies]) => {
    if (copies.length < 2) return [];
    const listed = copies.map((copy) => `${copy.version} in ${relative(folder, copy.folder)}`).join(', ');
    return [
      {
        check: 'package-copies',
        level: 'error',
        problem: `there are ${copies.length} copies of ${name}: ${listed}`,
        remedy: `use one version range: npm ls ${name} shows who needs which; then npm dedupe, or "overrides" in package.json`,
      } satisfies Finding,
    ];
  });
}

const INSTRUMENTATIONS = /instrumentations\s*:\s*\[([^\]]*)\]/g;

/** Finds instrumentations that a module names and that are not installed. */
export function checkInstrumentations(module: string, source: string): Finding[] {
  const names = [...source.matchAll(INSTRUMENTATIONS)].flatMap(([, list]) =>
    [...list!.matchAll(/['"`]([\w-]+)['"`]/g)].map(([, name]) => name!),
  );
  const { resolve } = createRequire(module);
  const isMissing = (name: string): boolean => {
    try {
      resolve(`@opentelemetry/instrumentation-${name}`);
      return false;
    } catch {
      return true;
    }
  };
  return [...new Set(names)].filter(isMissing).map((name) => ({
    check: 'instrumentations',
    level: 'error',
    problem: `the option instrumentations names ${name}, and @opentelemetry/instrumentation-${name} is not installed`,
    remedy: `npm i @opentelemetry/instrumentation-${name}, in the range that the documentation of fc-traced names`,
  }));
}
