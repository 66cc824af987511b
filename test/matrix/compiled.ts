import { transformSync } from '@swc/core';
import type { Options } from '@swc/core';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export type Decorators = 'legacy' | 'standard';
export type Compiler = 'swc' | 'tsc';
export type Target = 'es2015' | 'es2022';

/** How the case files are compiled. */
export interface Variant {
  readonly decorators: Decorators;
  readonly compiler: Compiler;
  readonly target: Target;
}

export const VARIANTS: readonly Variant[] = (['es2022', 'es2015'] as const).flatMap((target) =>
  (['legacy', 'standard'] as const).flatMap((decorators) =>
    (['swc', 'tsc'] as const).map((compiler) => ({ decorators, compiler, target })),
  ),
);

/** The result of one check. `problem` is absent if it passed. */
export interface Result {
  readonly behaviour: string;
  readonly title: string;
  readonly problem?: string;
}

const tests = path.join(__dirname, '..');
const root = path.join(tests, '..');

/** The folders of the case files: those for both kinds of decorators, and those for one of them. */
const FOLDERS: Readonly<Record<Decorators, readonly string[]>> = {
  legacy: ['matrix/cases', 'matrix/legacy'],
  standard: ['matrix/cases', 'standard/cases'],
};
const SHARED = ['matrix/check.ts', 'matrix/run-cases.ts'];

/** Returns the case files for a kind of decorators, as paths below `test`. */
export function casesOf(decorators: Decorators): string[] {
  return FOLDERS[decorators].flatMap((folder) =>
    readdirSync(path.join(tests, folder))
      .filter((file) => file.endsWith('.case.ts'))
      .sort()
      .map((file) => `${folder}/${file}`),
  );
}

/** Returns the titles of the checks in a case file, or of those that run for a target. */
export function titlesIn(file: string, target?: Target): string[] {
  const text = readFileSync(path.join(tests, file), 'utf8');
  return [...text.matchAll(/^check(Native)?\(\s*'((?:[^'\\]|\\.)*)'/gm)].flatMap(([, native, title]) =>
    native !== undefined && target === 'es2015' ? [] : [title!.replaceAll("\\'", "'")],
  );
}

function tsc(project: string): void {
  const bin = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [bin, '-p', project], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`tsc failed for ${path.basename(project)}:\n${(error as { stdout: string }).stdout}`, {
      cause: error,
    });
  }
}

/** Returns the swc options that jest uses for a kind of decorators, from package.json, with another target. */
function swcOptions({ decorators, target }: Variant): Options {
  const { jest } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    jest: { transform: Record<string, [string, Options]> };
  };
  const found = Object.values(jest.transform).find(
    ([, options]) => (options.jsc?.transform?.legacyDecorator === true) === (decorators === 'legacy'),
  );
  const options = found![1];
  return { ...options, jsc: { ...options.jsc, target }, swcrc: false };
}

/** A temporary folder with fc-traced as it is installed, and the case files compiled in four ways. */
export class Compiled {
  private readonly folder: string;

  constructor() {
    const cache = path.join(root, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    this.folder = mkdtempSync(path.join(cache, 'fc-traced-matrix-'));
  }

  compile(variants: readonly Variant[]): void {
    const installed = path.join(this.folder, 'node_modules', 'fc-traced');
    mkdirSync(installed, { recursive: true });
    for (const part of ['package.json', 'dist']) {
      cpSync(path.join(root, part), path.join(installed, part), { recursive: true });
    }
    for (const variant of variants) {
      const { decorators, compiler, target } = variant;
      const isLegacy = decorators === 'legacy';
      const paths = {
        'fc-traced': [path.join(installed, 'dist', 'index.d.ts')],
        'fc-traced/testing': [path.join(installed, 'dist', 'testing.d.ts')],
      };
      const files = [...SHARED, ...casesOf(decorators)];
      if (compiler === 'swc') {
        for (const file of files) this.transform(file, variant);
        continue;
      }
      this.tsc(
        `${decorators}-${target}`,
        'tsconfig.json',
        {
          target,
          outDir: this.folderOf(variant),
          rootDir: tests,
          paths,
          noEmit: false,
          noEmitOnError: true,
          types: ['node'],
          experimentalDecorators: isLegacy,
          emitDecoratorMetadata: isLegacy,
        },
        files.map((file) => path.join(tests, file)),
      );
    }
  }

  /** Runs the checks of one variant in a new process. */
  async run(variant: Variant): Promise<Result[]> {
    const folder = this.folderOf(variant);
    const files = casesOf(variant.decorators).map((file) => path.join(folder, file.replace(/\.ts$/, '.js')));
    const main = path.join(folder, 'matrix', 'run-cases.js');
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', main, ...files], {
      env: { ...process.env, MATRIX_TARGET: variant.target },
      maxBuffer: 2 ** 26,
      timeout: 100_000,
    });
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as Result[];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private folderOf({ decorators, compiler, target }: Variant): string {
    return path.join(this.folder, `${decorators}-${compiler}-${target}`);
  }

  private tsc(name: string, baseConfig: string, compilerOptions: object, files?: readonly string[]): void {
    const project = path.join(this.folder, `${name}.json`);
    writeFileSync(
      project,
      JSON.stringify({ extends: path.join(root, baseConfig), compilerOptions, ...(files && { files, include: [] }) }),
    );
    tsc(project);
  }

  private transform(file: string, variant: Variant): void {
    const source = path.join(tests, file);
    const target = path.join(this.folderOf(variant), file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(
      target,
      transformSync(readFileSync(source, 'utf8'), { ...swcOptions(variant), filename: source }).code,
    );
  }
}
