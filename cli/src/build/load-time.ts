import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { BundleError } from '../bundling/bundle-error';
import type { TypeScriptOutput } from '../bundling/typescript-output';
import { ServerProcess } from '../emulator/server-process';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { onExit } from '../cleanup';
import type { BundledFunction } from './bundled-function';
import { environmentOf } from './function-environment';
import { sourceRootOf } from './function-modules';
import { programModules } from './program-modules';

/** How long a function takes to load, in milliseconds: the median of a few new processes on this machine. */
export interface LoadTimes {
  /** With its packages in `node_modules`; `undefined` if it cannot be loaded that way. */
  readonly before: number | undefined;
  /** `undefined` if it cannot be loaded on this machine at all, also without being bundled. */
  readonly after: number | undefined;
  /** Why it cannot be loaded on this machine. */
  readonly problem: string | undefined;
}

const RUNS = 5;
const TIMEOUT_MILLIS = 30_000;

const LOAD = `const [file, names] = process.argv.slice(1);
const start = process.hrtime.bigint();
const load = async () =>
  file.endsWith('.mjs') ? import(require('node:url').pathToFileURL(file)) : require(file);
load().then((module) => {
  const end = process.hrtime.bigint();
  const isMissing = (name) => typeof (module[name] ?? module.default?.[name]) !== 'function';
  const missing = names.split(',').filter((name) => name !== '' && isMissing(name));
  process.stdout.write(JSON.stringify({ millis: Number(end - start) / 1e6, missing }), () => process.exit());
}, (error) => { console.error(error); process.exit(1); });`;

interface Loadable {
  readonly file: string;
  readonly folder: string;
  readonly functions: readonly string[];
}

function loadOnce(spec: FunctionSpec, { file, folder, functions }: Loadable): Promise<number> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: TIMEOUT_MILLIS, killSignal: 'SIGKILL' } as const;
    const options = { cwd: folder, env: environmentOf(spec), encoding: 'utf8', ...limits } as const;
    const args = ['-e', LOAD, file, functions.join(',')];
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      cancel();
      const result = /\{"millis":.*\}$/.exec(stdout)?.[0];
      if (error?.killed === true) return reject(new Error(`it did not end within ${TIMEOUT_MILLIS / 1_000} s`));
      if (error || result === undefined) return reject(new Error(stderr.trim() || (error?.message ?? 'it exits')));
      const { millis, missing } = JSON.parse(result) as { millis: number; missing: string[] };
      if (missing.length > 0) return reject(new Error(`${basename(file)} does not export ${missing.join(', ')}`));
      resolve(millis);
    });
    const cancel = onExit(() => child.kill('SIGKILL'));
  });
}

/** The time until a server listens. */
async function startOnce(spec: FunctionSpec, { file, folder }: Loadable): Promise<number> {
  const start = performance.now();
  const output: string[] = [];
  try {
    const server = await ServerProcess.start({
      command: [process.execPath, file],
      codeDir: folder,
      env: environmentOf(spec),
      onLog: (line) => output.push(line),
    });
    const millis = performance.now() - start;
    await server.end();
    return millis;
  } catch (error) {
    throw new Error([(error as Error).message, ...output].join('\n'), { cause: error });
  }
}

const loadOrStart = (spec: FunctionSpec, loadable: Loadable): Promise<number> =>
  isServer(spec) ? startOnce(spec, loadable) : loadOnce(spec, loadable);

const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** The nearest `node_modules` above a file; `undefined` if there is none. */
function modulesAbove(folder: string): string | undefined {
  const own = join(folder, 'node_modules');
  if (existsSync(own)) return own;
  return dirname(folder) === folder ? undefined : modulesAbove(dirname(folder));
}

/** The function with its packages in `node_modules`, in a folder from which they are found. */
async function unbundled(
  bundled: BundledFunction,
  typescript: TypeScriptOutput,
  folder: string | undefined,
): Promise<Loadable | undefined> {
  if (folder === undefined) return undefined;
  const [module] = bundled.modules;
  const file = join(folder, `${basename(module!.place)}${bundled.file.endsWith('.mjs') ? '.mjs' : '.cjs'}`);
  const { outputFiles } = await build({
    entryPoints: [module!.source],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: bundled.file.endsWith('.mjs') ? 'esm' : 'cjs',
    target: 'node20',
    logLevel: 'silent',
    // esbuild writes in a process of its own, which outlives an interrupted build for a moment.
    write: false,
    plugins: [programModules(typescript, [sourceRootOf(module!)], bundled.spec.codeDir, folder, file).plugin],
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  return { file, folder, functions: module!.functions };
}

async function medianLoad(spec: FunctionSpec, loadable: Loadable): Promise<number | Error> {
  const times: number[] = [];
  try {
    for (let run = 0; run < RUNS; run += 1) times.push(await loadOrStart(spec, loadable));
    return medianOf(times);
  } catch (error) {
    return error as Error;
  }
}

const firstLines = (error: Error): string =>
  error.message
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^\s+at |^node:|^\s*\^/.test(line))
    .slice(0, 3)
    .join(' ');

/**
 * Loads a function before and after it was bundled: in new processes, from a folder outside of the project, in which no
 * package is found that is not deployed. `prepare` may change this folder. Rejects with a {@link BundleError} if it
 * cannot be loaded.
 */
export async function measureLoad(
  bundled: BundledFunction,
  typescript: TypeScriptOutput,
  prepare: (copy: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<LoadTimes> {
  const { spec, folder, file, modules } = bundled;
  const copy = mkdtempSync(join(realpathSync(tmpdir()), 'fc-traced-build-'));
  const installed = modulesAbove(dirname(modules[0]!.source));
  const beside = installed && join(realpathSync(installed), `.fc-traced-${process.pid}`);
  const remove = (): void => {
    for (const one of beside === undefined ? [copy] : [copy, beside]) rmSync(one, { recursive: true, force: true });
  };
  const cancel = onExit(remove);
  try {
    cpSync(folder, copy, { recursive: true });
    await prepare(copy);
    const name = modules.length === 1 ? relative(folder, file) : undefined;
    const [first] = modules;
    const extension = file.endsWith('.mjs') ? '.mjs' : '.js';
    const after = { file: join(copy, name ?? first!.place + extension), folder: copy, functions: first!.functions };
    const before = await unbundled(bundled, typescript, beside).catch(() => undefined);
    const beforeTime = before === undefined ? undefined : await medianLoad(spec, before);
    const afterTime = await medianLoad(spec, after);
    if (typeof afterTime === 'number') {
      return { before: typeof beforeTime === 'number' ? beforeTime : undefined, after: afterTime, problem: undefined };
    }
    const problem = firstLines(afterTime);
    // A module that needs a variable or a service of its deployment fails in the same way without a bundle.
    if (beforeTime instanceof Error && firstLines(beforeTime) === problem) {
      return { before: undefined, after: undefined, problem };
    }
    throw new BundleError('LOAD_FAILED', `${spec.name}: the built function cannot be loaded: ${problem}`, {
      cause: afterTime,
    });
  } finally {
    cancel();
    remove();
  }
}
