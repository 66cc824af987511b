// The module of the processes that write a code cache. `compileCode` and `runCode` are called by generated files.
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { WARM_UP, warmUp } from './warm-up';
import type { BundledEntryPoints, WarmUpWay } from './warm-up';

// A program may replace functions when it is loaded.
const { readFileSync, writeFileSync } = require('node:fs') as typeof import('node:fs');
const { stringify } = JSON;

/** The code of which a process writes the cache. */
export interface CodeToCache {
  /** The file with the code. */
  readonly file: string;
  /** Its path where it is deployed. */
  readonly deployedFile: string;
  readonly encoding: 'latin1' | 'utf8';
  /** The cache of V8 as the last process wrote it, which this one reads and replaces. */
  readonly cacheFile: string;
  /** Receives a {@link CacheResult} as JSON. */
  readonly resultFile: string;
}

/** What a process found out. */
export interface CacheResult {
  /** The start of a cache of an empty script, in base64. */
  readonly header: string;
  readonly rejected: boolean;
}

/** A script whose functions are compiled when they are called, and stay compiled. */
interface CachedCode {
  readonly run: (this: unknown, ...args: unknown[]) => unknown;
  write(): void;
}

type Importer = (specifier: string, options?: ImportCallOptions) => Promise<unknown>;

const HEADER_BYTES = 64;
const emptyHeader = (): Buffer => new Script('').createCachedData().subarray(0, HEADER_BYTES);

function readCache(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function compileCode(
  code: CodeToCache,
  cachedData = readCache(code.cacheFile),
  importer?: Importer,
): CachedCode & { rejected: boolean } {
  const header = emptyHeader();
  // V8 would drop the bytecode of functions that were not called for a while. The flag is part of what V8 compares.
  setFlagsFromString('--no-flush-bytecode');
  const source = readFileSync(code.file, code.encoding);
  setFlagsFromString('--flush-bytecode');
  const script = new Script(source, { filename: code.deployedFile, ...(cachedData && { cachedData }) });
  setFlagsFromString('--no-flush-bytecode');
  const rejected = script.cachedDataRejected === true;
  return {
    run: (script.runInThisContext() as (importer?: Importer) => CachedCode['run'])(importer),
    rejected,
    write() {
      setFlagsFromString('--flush-bytecode');
      writeFileSync(code.cacheFile, script.createCachedData());
      const result: CacheResult = { header: header.toString('base64'), rejected };
      writeFileSync(code.resultFile, stringify(result));
    },
  };
}

/** Compiles code, and writes its cache with what loading it compiles at once. */
export function writeFirstCache(code: CodeToCache): void {
  compileCode(code).write();
}

class Loaded extends Error {}

/** Calls a program with the copy of `fc-traced` in the code, and adds the functions of these calls to the cache. */
export async function addWarmUp(code: CodeToCache, way: WarmUpWay, event: string, isServer: boolean): Promise<void> {
  const { run, write } = compileCode(code);
  let parts: BundledEntryPoints = {};
  const take = (found: BundledEntryPoints): never => {
    parts = found;
    throw new Loaded();
  };
  Object.defineProperty(globalThis, Symbol.for(WARM_UP), { value: take, configurable: true });
  const module = { exports: {} };
  try {
    run.call(module.exports, module.exports, require, module, code.file, '');
  } catch (error) {
    if (!(error instanceof Loaded)) throw error;
  }
  Reflect.deleteProperty(globalThis, Symbol.for(WARM_UP));
  const { index, server } = parts;
  if (index === undefined && (server === undefined || !isServer)) return;
  await warmUp({ ...(index && { index }), ...(isServer && server && { server }) }, way, Buffer.from(event, 'base64'));
  write();
}

/**
 * Runs the code as the entry file does that calls this, and adds the functions that it calls to the cache: when the
 * process ends, also if the program ends it.
 */
export function runCode(
  code: CodeToCache,
  importer: Importer,
  args: readonly [object, NodeRequire, NodeModule, string, string],
): void {
  const { run, write } = compileCode(code, readCache(code.cacheFile), importer);
  const [exports] = args;
  const { exit } = process;
  process.once('exit', write);
  // The program may be a server, which runs until it gets this signal.
  process.once('SIGUSR2', () => exit.call(process, 0));
  run.call(exports, ...args);
}

/** Compiles the code with its cache in a process with other flags. Writes whether V8 accepts the cache. */
export function checkCache(code: CodeToCache, flagHashOffset: number): void {
  const cachedData = readFileSync(code.cacheFile);
  const header = emptyHeader();
  cachedData.writeUInt32LE(header.readUInt32LE(flagHashOffset), flagHashOffset);
  const { rejected } = compileCode(code, cachedData);
  const result: CacheResult = { header: header.toString('base64'), rejected };
  writeFileSync(code.resultFile, stringify(result));
}
