import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fakeEvent } from 'fc-traced/testing';
import { BundleError } from '../bundling/bundle-error';
import { onExit } from '../cleanup';
import { ServerProcess } from '../emulator/server-process';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import { triggerNameOf } from '../functions/trigger-types';
import type { BundledFunction } from './bundled-function';
import type { CacheResult, CodeToCache } from './code-cache-process';
import { encodingOf, loaderText } from './code-loader';
import { unusedCacheNotes } from './compile-cache';
import type { WrittenCache } from './compile-cache';
import { environmentOf } from './function-environment';
import { cacheFileOf } from './split-code';
import type { SplitCode } from './split-code';
import type { WarmUpWay } from './warm-up';

const PROCESS = join(__dirname, 'code-cache-process.js');
const TIMEOUT_MILLIS = 30_000;
// FC sets the size of the heap by the memory of the function, and lets programs collect garbage.
const OTHER_FLAGS = ['--max-old-space-size=251', '--expose-gc'];

/** Where a code cache is written, and for which place. */
export interface CachePlace {
  /** The folder with the built function, or a copy. */
  readonly folder: string;
  /** Where this folder is when the function runs. */
  readonly deployedFolder: string;
  /** Whether the function is loaded, so that the cache has what that compiles. */
  readonly load: boolean;
}

const failure = (spec: FunctionSpec, problem: string): BundleError =>
  new BundleError('NO_COMPILE_CACHE', `--compile-cache: ${spec.name}: ${problem}`);

/** Runs a script in a new process of Node.js. Rejects with what it printed if it fails. */
function runScript(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env, timeout: TIMEOUT_MILLIS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    const child = execFile(process.execPath, [...flags, '-e', script], options, (error, _, stderr) => {
      cancel();
      if (error?.killed === true) reject(new Error(`it did not end within ${TIMEOUT_MILLIS / 1_000} s`));
      else if (error) reject(new Error(stderr.trim() || error.message));
      else resolve();
    });
    const cancel = onExit(() => child.kill('SIGKILL'));
  });
}

function problemOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : 'it did not end').split('\n');
  return lines.filter((line) => /^\S*(?:Error|Exception)\b/.test(line)).at(-1) ?? lines[0]!;
}

/** The event of the function's first trigger, as FC passes it. */
function eventOf({ triggers }: FunctionSpec): Buffer {
  const name = triggers.map(triggerNameOf).find((one) => one !== undefined);
  const event: unknown = name === undefined ? {} : fakeEvent(name);
  return Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event));
}

/** Writes the cache in several new processes, each of which adds what it compiled. */
class CacheWriter {
  readonly notes: string[] = [];
  #result: CacheResult | undefined;

  constructor(
    private readonly bundled: BundledFunction,
    private readonly split: SplitCode,
    private readonly work: string,
    private readonly code: CodeToCache,
  ) {}

  async compile(): Promise<void> {
    await this.#run('writeFirstCache');
  }

  async warmUp(): Promise<void> {
    const { exporters, spec } = this.bundled;
    const ways: readonly WarmUpWay[] = ['unsampled', 'otlp', 'jaeger'];
    const event = eventOf(spec).toString('base64');
    try {
      for (const way of ways.filter((one) => one !== exporters.omitted)) {
        await this.#run('addWarmUp', [way, event, isServer(spec)]);
      }
    } catch (error) {
      this.notes.push(`the compile cache does not have all functions of fc-traced: ${problemOf(error)}`);
    }
  }

  /** Loads the function, or starts its server. */
  async load(): Promise<void> {
    const { spec, file, folder } = this.bundled;
    const copy = join(this.work, 'code');
    const entry = join(copy, relative(folder, file));
    const args = '(name, options) => import(name, options), [exports, require, module, __filename, __dirname]';
    writeFileSync(entry, `require(${JSON.stringify(PROCESS)}).runCode(${JSON.stringify(this.code)}, ${args});\n`);
    const { NODE_OPTIONS: _, ...env } = environmentOf(spec);
    rmSync(this.code.resultFile);
    // It writes the cache when it ends, also if the program ends it or fails.
    const failed = await this.#start(entry, copy, env).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (existsSync(this.code.resultFile)) return this.#read();
    this.notes.push(`the compile cache does not have what loading the function compiles: ${problemOf(failed)}`);
  }

  async #start(entry: string, codeDir: string, env: Readonly<Record<string, string>>): Promise<void> {
    if (isServer(this.bundled.spec)) {
      const command = [process.execPath, entry] as const;
      const server = await ServerProcess.start({ command, codeDir, env, onLog: () => undefined });
      process.kill(server.pid!, 'SIGUSR2');
      await server.exitsWithin(TIMEOUT_MILLIS);
      await server.end();
    } else {
      const files = this.bundled.modules.map(({ place }) => join(codeDir, `${place}.js`));
      const script = files.map((file) => `require(${JSON.stringify(file)});`).join(' ');
      await runScript(`${script} setImmediate(() => process.exit(0));`, codeDir, env);
    }
  }

  /**
   * The place of the hash of V8's flags in the cache, which becomes that of a process without flags: the program may
   * have changed some. Throws if processes with another heap size reject the cache.
   */
  async flagHashOffset(): Promise<number> {
    const empty = Buffer.from(this.#result!.header, 'base64');
    const probe = { ...this.code, cacheFile: join(this.work, 'probe.cache') };
    await this.#run('writeFirstCache', [], OTHER_FLAGS, probe);
    const other = Buffer.from(this.#result!.header, 'base64');
    const words = Array.from({ length: empty.length >> 2 }, (_, index) => index * 4);
    const different = words.filter((offset) => empty.readUInt32LE(offset) !== other.readUInt32LE(offset));
    const [offset] = different;
    if (different.length === 1 && offset !== undefined) {
      const cache = readFileSync(this.code.cacheFile);
      cache.writeUInt32LE(empty.readUInt32LE(offset), offset);
      writeFileSync(this.code.cacheFile, cache);
      await this.#run('checkCache', [offset], OTHER_FLAGS);
      if (!this.#result!.rejected) return offset;
    }
    throw failure(
      this.bundled.spec,
      `Node.js ${process.versions.node} rejects the cache if the size of the heap is set`,
    );
  }

  async #run(
    name: string,
    args: readonly unknown[] = [],
    flags: readonly string[] = [],
    code: CodeToCache = this.code,
  ): Promise<void> {
    const values = [code, ...args].map((one) => JSON.stringify(one)).join(', ');
    const env = { PATH: process.env['PATH'] ?? '', FC_FUNCTION_NAME: 'warm-up', NODE_V8_COVERAGE: '' };
    const script =
      `Promise.resolve(require(${JSON.stringify(PROCESS)}).${name}(${values})).then(() => process.exit(0), ` +
      '(error) => { console.error(error); process.exit(1); });';
    await runScript(script, this.work, env, flags);
    this.#read();
  }

  #read(): void {
    this.#result = JSON.parse(readFileSync(this.code.resultFile, 'utf8')) as CacheResult;
  }
}

/**
 * Writes the code cache of a built function, and the entry file that uses it. The cache has the bytecode of what
 * loading the function compiles, and of the functions of `fc-traced` that an ordinary program needs. The handler and
 * the initializer of the function are not called. Rejects with a {@link BundleError}.
 */
export async function writeCodeCache(
  bundled: BundledFunction,
  split: SplitCode,
  { folder, deployedFolder, load }: CachePlace,
): Promise<WrittenCache> {
  let work: string | undefined;
  const clean = (): void => {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
  };
  const cancel = onExit(clean);
  try {
    work = mkdtempSync(join(realpathSync(tmpdir()), 'fc-traced-cache-'));
    // The program may write files when it is loaded.
    cpSync(bundled.folder, join(work, 'code'), { recursive: true });
    const below = (file: string): string => relative(bundled.folder, file).split(sep).join('/');
    const cacheFile = cacheFileOf(join(folder, below(bundled.file)));
    const code: CodeToCache = {
      file: join(work, 'code', below(split.file)),
      deployedFile: `${deployedFolder}/${below(split.file)}`,
      encoding: encodingOf(split.file),
      cacheFile: join(work, 'code.cache'),
      resultFile: join(work, 'result.json'),
    };
    const writer = new CacheWriter(bundled, split, work, code);
    await writer.compile();
    if (bundled.hasWarmUp) await writer.warmUp();
    if (load) await writer.load();
    const flagHashOffset = await writer.flagHashOffset();
    const cache = Buffer.concat([Buffer.from(split.id), readFileSync(code.cacheFile)]);
    writeFileSync(cacheFile, cache);
    const deployedEntry = `${deployedFolder}/${below(bundled.file)}`;
    const settings = { ...split, cacheFile, deployedEntry, flagHashOffset };
    const entry = join(folder, below(bundled.file));
    writeFileSync(entry, loaderText(settings));
    return {
      bytes: cache.length,
      gzipBytes: gzipSync(cache).length,
      env: {},
      notes: [...writer.notes, ...unusedCacheNotes(bundled.spec)],
    };
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw failure(bundled.spec, `no cache was written: ${problemOf(error)}`);
  } finally {
    cancel();
    clean();
  }
}
