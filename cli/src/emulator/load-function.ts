import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Generation } from './context';

/** A function that FC calls: a handler or a hook. */
export type FcFunction = (...args: unknown[]) => unknown;

/** The function could not be loaded. `name` is the error type that FC reports. */
export class LoadError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

// FC 2.0 supports CommonJS only and appends `.js`.
function fileOf(path: string, generation: Generation): string | undefined {
  const extensions = generation === '2.0' ? ['.js'] : ['.js', '.mjs', '.cjs'];
  // The emulator also accepts sources, and starts this process with a loader for them.
  return [...extensions, '.ts', '.mts', '.cts'].map((extension) => path + extension).find((file) => existsSync(file));
}

// Loaders handle `require` of a source; without the package setting, `import` would refuse the extension.
function isCommonJsSource(file: string): boolean {
  if (file.endsWith('.cts')) return true;
  return file.endsWith('.ts') && packageTypeOf(dirname(file)) !== 'module';
}

function packageTypeOf(folder: string): unknown {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown }).type;
  return dirname(folder) === folder ? undefined : packageTypeOf(dirname(folder));
}

async function importModule(file: string, generation: Generation): Promise<Record<string, unknown>> {
  try {
    if (generation === '2.0' || isCommonJsSource(file)) return require(file) as Record<string, unknown>;
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(error, { name: 'UserCodeSyntaxError' });
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
      throw Object.assign(error as Error, { name: 'ImportModuleError' });
    }
    throw error;
  }
}

/**
 * Loads the function that a handler string names: `file.method`, split at the last dot. `file` may contain a path below
 * the code folder. Rejects with the errors that FC reports.
 */
export async function loadFunction(handler: string, codeDir: string, generation: Generation): Promise<FcFunction> {
  const dot = handler.lastIndexOf('.');
  if (dot <= 0 || dot === handler.length - 1) {
    throw new LoadError('InvalidHandlerName', `Invalid handler '${handler}': write it as file.method`);
  }
  const method = handler.slice(dot + 1);
  const file = fileOf(resolve(codeDir, handler.slice(0, dot)), generation);
  if (file === undefined) {
    throw new LoadError('ImportModuleError', `Cannot find module '${handler.slice(0, dot)}' in the code folder`);
  }
  const module = await importModule(file, generation);
  // A CommonJS module that is imported as an ES module has all its exports in `default`, and only some of them by name.
  const found = module[method] ?? (module['default'] as Record<string, unknown> | undefined)?.[method];
  if (typeof found !== 'function') {
    throw new LoadError('HandlerNotFound', `Handler '${method}' is missing on module '${handler.slice(0, dot)}'`);
  }
  return found as FcFunction;
}
