import { join, relative } from 'node:path';
import { columns } from '../command';
import { paint, print } from '../terminal';
import type { BuildResult, BuiltFunction, FailedFunction } from './build-functions';
import { pathInYaml } from './built-yaml';
import type { WrittenCache } from './compile-cache';
import type { SizeReport } from './size-report';

const SHOWN_PACKAGES = 5;

const kilobytes = (bytes: number): string =>
  `${bytes < 10_000 ? (bytes / 1000).toFixed(1) : Math.round(bytes / 1000)} kB`;
const millis = (time: number): string => `${time.toFixed(time < 10 ? 1 : 0)} ms`;
const shown = (path: string): string => relative('.', path) || '.';

function packagesOf({ packages }: SizeReport): string {
  const named = packages.map(({ name = 'your code', bytes }) => `${name} ${kilobytes(bytes)}`);
  const others = packages.slice(SHOWN_PACKAGES);
  if (others.length < 2) return named.join(', ');
  const rest = others.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...named.slice(0, SHOWN_PACKAGES), `${others.length} others ${kilobytes(rest)}`].join(', ');
}

const cacheOf = ({ bytes, gzipBytes }: WrittenCache): string =>
  `${kilobytes(bytes)}, ${kilobytes(gzipBytes)} compressed, only for V8 ${process.versions.v8} of Node.js ` +
  `${process.versions.node} on ${process.platform} ${process.arch}`;

function linesOf({ bundled, size, load, cache }: BuiltFunction): (readonly [string, string])[] {
  const { exporters, copiedPackages, copiedFiles, addons, notes } = bundled;
  const loads = (): string => {
    const { before, after, problem } = load!;
    if (after === undefined) return `not measured, because it cannot be loaded here, bundled or not: ${problem!}`;
    const change =
      before === undefined
        ? millis(after)
        : `${millis(before)} from node_modules, ${millis(after)} bundled${bundled.code === undefined ? '' : ' with the compile cache'}`;
    return `${change} (median of new processes on this machine)`;
  };
  return [
    ['size', `${kilobytes(size.bytes)}, ${kilobytes(size.gzipBytes)} compressed: ${packagesOf(size)}`],
    ...(load === undefined ? [] : [['load', loads()] as const]),
    ...(cache === undefined ? [] : [['compile cache', cacheOf(cache)] as const]),
    ...(exporters.omitted === undefined
      ? []
      : [['left out', `the exporter for ${exporters.omitted}: ${exporters.reason}`] as const]),
    ...(copiedFiles.length === 0 ? [] : [['files', copiedFiles.join(', ')] as const]),
    ...(copiedPackages.length === 0 ? [] : [['node_modules', copiedPackages.join(', ')] as const]),
    ...addons.map(
      (name) =>
        [
          'note',
          `${name} has a native addon, which was copied for ${process.platform} ${process.arch}. FC runs linux x64: build there, or in a container`,
        ] as const,
    ),
    ...[...notes, ...(cache?.notes ?? [])].map((text) => ['note', text] as const),
  ];
}

function printFunction(built: BuiltFunction): void {
  const { spec, modules, file } = built.bundled;
  print(`${paint('bold', spec.name)}  ${modules.map(({ source }) => shown(source)).join(', ')} → ${shown(file)}`);
  print(columns(linesOf(built)));
}

function settingsFor({ bundled: { spec, folder } }: BuiltFunction): string[] {
  return [`  code: ${pathInYaml(join(process.cwd(), 's.yaml'), folder)}`, `  handler: ${spec.handler}`];
}

/** Prints what a build did, for people. */
export function printBuild({ built, failed, notes, yaml }: BuildResult): void {
  for (const one of built) printFunction(one);
  for (const { spec, message } of failed) {
    print(`${paint('red', 'error')}  ${spec.name}: ${textOf(message, spec.name)}`);
  }
  for (const note of notes) print(`note  ${note}`);
  if (built.length === 0) return;
  if (yaml !== undefined) print(`${yaml} deploys ${built.length === 1 ? 'it' : 'them'}: s deploy -t ${yaml}`);
  else print('in s.yaml:', ...built.flatMap(settingsFor));
}

const textOf = (message: string, name: string): string => message.replace(`] ${name}: `, '] ').replace(`${name}: `, '');

function jsonOf({ bundled, size, load, cache }: BuiltFunction): object {
  const { spec, folder, file, exporters, copiedFiles, copiedPackages, addons, notes } = bundled;
  return {
    function: spec.name,
    folder: shown(folder),
    file: shown(file),
    bytes: size.bytes,
    gzipBytes: size.gzipBytes,
    packages: size.packages.map(({ name = null, bytes }) => ({ name, bytes })),
    loadMillis: load?.after === undefined ? null : { before: load.before ?? null, after: load.after },
    compileCacheBytes: cache?.bytes ?? null,
    compileCacheGzipBytes: cache?.gzipBytes ?? null,
    omittedExporter: exporters.omitted ?? null,
    files: copiedFiles,
    nodeModules: copiedPackages,
    addons,
    notes: [...notes, ...(cache?.notes ?? [])],
  };
}

const failureOf = ({ spec, code, message }: FailedFunction): object => ({ function: spec.name, code, message });

/** Prints what a build did, for programs. */
export function printBuildAsJson({ built, failed, notes, yaml }: BuildResult): void {
  const functions = built.map(jsonOf);
  print(
    JSON.stringify({ ok: failed.length === 0, functions, failed: failed.map(failureOf), notes, yaml: yaml ?? null }),
  );
}
