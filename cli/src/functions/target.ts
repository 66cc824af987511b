import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { UsageError } from '../usage-error';
import type { FunctionSpec } from './function-spec';
import { readServerlessDevs } from './serverless-devs';
import { sourceText, withoutExtension } from './typescript';

const YAML = /\.ya?ml$/;
const MODULE = /\.[mc]?[jt]s$/;
const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
const YAML_NAMES = ['s.yaml', 's.yml'];

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The file of Serverless Devs in a folder; `undefined` without one. */
export function yamlIn(folder: string): string | undefined {
  return YAML_NAMES.map((name) => join(folder, name)).find(isFile);
}

/** A function that is only a module: FC's defaults, and the hooks that the module seems to have. */
function moduleSpec(file: string, method: string): FunctionSpec {
  const codeDir = dirname(file);
  const stem = withoutExtension(basename(file));
  const source = sourceText(file);
  const hook = (name: string) =>
    new RegExp(`\\b${name}\\b`).test(source) ? { handler: `${stem}.${name}` } : undefined;
  const initializer = hook('initialize');
  const preStop = hook('preStop');
  return {
    name: stem === 'index' || stem === 'handler' ? basename(codeDir) : stem,
    file,
    codeDir,
    runtime: 'nodejs20',
    handler: `${stem}.${method}`,
    ...(initializer && { initializer }),
    ...(preStop && { preStop }),
    optionalHooks: true,
    timeout: 60,
    memorySize: 512,
    instanceConcurrency: 1,
    env: {},
    generation: '3.0',
    triggers: [],
    props: {},
  };
}

/** A module as a handler string names it, `file.method`, with or without its extension. */
function moduleOf(target: string): FunctionSpec | undefined {
  const path = resolve(target);
  if (isFile(path) && MODULE.test(path)) return moduleSpec(path, 'handler');
  const dot = basename(path).lastIndexOf('.');
  if (dot > 0 && extname(path) !== '') {
    const stem = join(dirname(path), basename(path).slice(0, dot));
    const file = EXTENSIONS.map((extension) => stem + extension).find(isFile);
    if (file !== undefined) return moduleSpec(file, basename(path).slice(dot + 1));
  }
  const file = EXTENSIONS.map((extension) => path + extension).find(isFile);
  return file === undefined ? undefined : moduleSpec(file, 'handler');
}

/**
 * The functions that a target names: a function of `s.yaml` in this folder (`orders`), a module (`handler.js`,
 * `dist/handler.handler`), a file of Serverless Devs or its folder (`s.yaml`, `.`), or one of its functions
 * (`s.yaml#orders`).
 * Without a target: all functions of `s.yaml` in this folder. Throws a `UsageError` if there is none.
 */
export function findFunctions(target: string | undefined): FunctionSpec[] {
  const here = yamlIn('.');
  if (target === undefined) {
    if (here === undefined) throw new UsageError('name a module or an s.yaml: this folder has no s.yaml');
    return readServerlessDevs(resolve(here));
  }
  const [path, name] = target.split('#', 2) as [string, string?];
  const yaml = isFolder(path) ? yamlIn(path) : YAML.test(path) && isFile(path) ? path : undefined;
  if (yaml !== undefined) return named(readServerlessDevs(resolve(yaml)), name, yaml);
  // A name without a folder and an extension is first that of a function: a file `shop.ts` beside `s.yaml` is its source.
  const functions = here !== undefined && /^[\w-]+$/.test(target) ? readServerlessDevs(resolve(here)) : [];
  if (functions.some((one) => one.name === target)) return named(functions, target, here!);
  const module = moduleOf(target);
  if (module !== undefined) return [module];
  if (here === undefined || YAML.test(path)) {
    throw new UsageError(`there is no module or s.yaml "${target}", and no s.yaml here with a function of that name`);
  }
  return named(readServerlessDevs(resolve(here)), target, here);
}

function named(functions: FunctionSpec[], name: string | undefined, yaml: string): FunctionSpec[] {
  if (name === undefined) return functions;
  const found = functions.filter((one) => one.name === name);
  if (found.length > 0) return found;
  const names = functions.map((one) => one.name).join(', ');
  throw new UsageError(`${relative('.', yaml)} has no function "${name}"; its functions are ${names}`);
}

/** The one function that a target names. Throws a `UsageError` if it names several. */
export function findFunction(target: string | undefined): FunctionSpec {
  const [first, ...others] = findFunctions(target);
  if (others.length === 0) return first!;
  const names = [first!, ...others].map(({ name }) => name).join(', ');
  throw new UsageError(`name one function of ${relative('.', first!.file)}: ${names}`);
}
