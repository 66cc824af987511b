import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse, relative } from 'node:path';
import { BundleError } from './bundle-error';
import { guardCyclicMetadata } from './cyclic-metadata';
import { checkPlugAndPlay } from './plug-and-play';
import { projectOf } from './typescript-settings';

/** A compiled module. The code ends with its source map. */
export interface CompiledModule {
  readonly code: string;
  readonly loader: 'js' | 'jsx';
}

interface Output extends CompiledModule {
  readonly compiledAt: number;
}

/**
 * What the project's own `tsc` emits, module by module. It knows which imports are types, what an alias stands for, and
 * which names are enums or interfaces, so decorators get exactly the metadata that they get without a bundler. Imports
 * and exports stay ES modules. Types are not checked.
 */
export class TypeScriptOutput {
  readonly #outputs = new Map<string, Output>();
  readonly #roots = new Map<string, Set<string>>();
  #running: Promise<void> = Promise.resolve();

  /** Compiles a file, and with it all files that it imports. Rejects with a {@link BundleError}. */
  async compile(given: string): Promise<CompiledModule> {
    const file = realpathSync(given);
    // One at a time: the first run compiles what the others are about to ask for.
    const compiling = this.#running.then(() => this.#compile(file));
    this.#running = compiling.then(
      () => undefined,
      () => undefined,
    );
    return compiling;
  }

  /** The files that were compiled, whose types may be part of the metadata of others. */
  compiledFiles(): string[] {
    return [...this.#outputs.keys()];
  }

  async #compile(file: string): Promise<CompiledModule> {
    const known = this.#outputs.get(file);
    if (known !== undefined && [...this.#outputs].every(([source, { compiledAt }]) => isOlder(source, compiledAt))) {
      return known;
    }
    // A changed file may change the metadata of others.
    if (known !== undefined) this.#outputs.clear();
    const project = projectOf(file)!.path;
    const roots = this.#roots.get(project) ?? new Set();
    this.#roots.set(project, roots.add(file));
    await this.#run(
      project,
      [...roots].filter((root) => existsSync(root)),
    );
    const output = this.#outputs.get(file);
    if (output === undefined) throw new BundleError('TYPESCRIPT_FAILED', `tsc emitted nothing for ${shown(file)}`);
    return output;
  }

  async #run(project: string, files: readonly string[]): Promise<void> {
    const tsc = tscOf(files[0]!);
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'fc-traced-tsc-'));
    try {
      const config = join(folder, 'tsconfig.json');
      const compiledAt = Date.now();
      writeFileSync(config, JSON.stringify(settings(project, files, join(folder, 'out'))));
      const printed = await run(tsc, ['--project', config, '--pretty', 'false'], dirname(project));
      const syntax = printed.split('\n').find((line) => /\berror TS1\d{3}:/.test(line));
      if (syntax !== undefined) throw new BundleError('TYPESCRIPT_FAILED', syntax);
      this.#read(join(folder, 'out'), parse(files[0]!).root, compiledAt, project);
      if (this.#outputs.size === 0) throw new BundleError('TYPESCRIPT_FAILED', printed.trim() || 'tsc emitted nothing');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #read(folder: string, root: string, compiledAt: number, project: string): void {
    if (!existsSync(folder)) return;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      if (!/\.[mc]?jsx?$/.test(file)) continue;
      const stem = join(root, relative(folder, file)).replace(/jsx?$/, '');
      const source = ['ts', 'tsx'].map((ending) => stem + ending).find((one) => existsSync(one));
      // A module of another project, such as a package of the workspace, is compiled with its own settings.
      if (source === undefined || projectOf(source)?.path !== project) continue;
      const loader = file.endsWith('.jsx') ? 'jsx' : 'js';
      const code = guardCyclicMetadata(besideSource(readFileSync(file, 'utf8'), source));
      this.#outputs.set(source, { code, loader, compiledAt });
    }
  }
}

const shown = (file: string): string => relative('.', file);
const isOlder = (file: string, time: number): boolean => existsSync(file) && statSync(file).mtimeMs <= time;

const MAP = /(?<=\n\/\/# sourceMappingURL=data:application\/json;base64,)\S+/;

/** The code with a source map that names its source as a file beside it. */
function besideSource(code: string, source: string): string {
  return code.replace(MAP, (base64) => {
    const map = JSON.parse(Buffer.from(base64, 'base64').toString()) as object;
    return Buffer.from(
      JSON.stringify({ ...map, sourceRoot: '', sources: [encodeURIComponent(basename(source))] }),
    ).toString('base64');
  });
}

function tscOf(file: string): string {
  try {
    const manifest = createRequire(file).resolve('typescript/package.json');
    return join(dirname(manifest), 'bin', 'tsc');
  } catch (cause) {
    checkPlugAndPlay(dirname(file));
    const problem = `the decorators in ${shown(file)} need the types that emitDecoratorMetadata asks for, which only TypeScript emits`;
    throw new BundleError('NO_TYPESCRIPT', `${problem}. Install it: npm i -D typescript`, { cause });
  }
}

/** The settings of the project, for these files, as ES modules that a bundler reads. */
function settings(project: string, files: readonly string[], outDir: string): object {
  const { target, typeRoots } = projectOf(files[0]!)!.config.compilerOptions ?? {};
  return {
    extends: project,
    files,
    include: [],
    references: [],
    compilerOptions: {
      ...(target === undefined && { target: 'es2022' }),
      ...(typeRoots === undefined && { typeRoots: typeRootsAbove(dirname(project)) }),
      outDir,
      rootDir: parse(files[0]!).root,
      module: 'preserve',
      moduleResolution: 'bundler',
      noEmit: false,
      noEmitOnError: false,
      noCheck: true,
      skipLibCheck: true,
      declaration: false,
      declarationMap: false,
      emitDeclarationOnly: false,
      composite: false,
      incremental: false,
      rewriteRelativeImportExtensions: false,
      sourceMap: false,
      inlineSourceMap: true,
      inlineSources: true,
    },
  };
}

function typeRootsAbove(folder: string): string[] {
  const own = join(folder, 'node_modules', '@types');
  return [...(existsSync(own) ? [own] : []), ...(dirname(folder) === folder ? [] : typeRootsAbove(dirname(folder)))];
}

/** Runs `tsc`, and resolves to what it prints. It emits also where it finds errors. */
function run(tsc: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd, encoding: 'utf8', maxBuffer: 1 << 26 } as const;
    execFile(process.execPath, [tsc, ...args], options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
