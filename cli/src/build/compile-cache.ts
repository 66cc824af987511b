import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { BundleError } from '../bundling/bundle-error';
import { ServerProcess } from '../emulator/server-process';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import type { BundledFunction } from './bundled-function';

// Writing the cache takes milliseconds, on a busy machine longer.
const EXIT_TIMEOUT_MILLIS = 30_000;

const FOLDER = '.compile-cache';
/** Where FC puts the code of a function. */
const CODE_FOLDER = '/code';
// How Node.js numbers CommonJS and ES modules.
const KINDS = [0, 1];

/** Which compile cache a function gets: that of Node.js, or one of V8 that its entry file reads. */
export type CacheKind = 'node' | 'code';

// The first major version of Node.js that runs this command.
const FIRST_MAJOR = 20;

/** Where FC puts the code of a function. */
export const codeFolder = (): string => (process.env['FC_FUNC_CODE_PATH'] ?? CODE_FOLDER).replace(/\/$/, '');

/** The kind of the cache of a function. Throws a {@link BundleError} if it cannot have one that was written here. */
export function cacheKindOf(spec: FunctionSpec): CacheKind {
  if (process.platform !== 'linux') {
    throw new BundleError(
      'NO_COMPILE_CACHE',
      `--compile-cache: a cache that is written on ${process.platform} does not apply on Linux, where FC runs functions. ` +
        'Build on Linux, or in a container',
    );
  }
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (isServer(spec)) return major >= 22 && typeof crc32 === 'function' ? 'node' : 'code';
  const wanted = Number(/\d+$/.exec(spec.runtime)?.[0]);
  if (wanted === major) return 'code';
  throw new BundleError(
    'NO_COMPILE_CACHE',
    `--compile-cache: ${spec.name} runs on ${spec.runtime}, and Node.js ${process.versions.node} runs this command. A cache ` +
      `applies only to the version of V8 that wrote it: ${
        wanted >= FIRST_MAJOR
          ? `run fc-traced build with the version of Node.js that FC runs, as process.version in the function shows`
          : `use the runtime nodejs20, or leave the option out`
      }`,
  );
}

/** Notes for a function whose variables keep it from using the cache that its entry file reads. */
export function unusedCacheNotes({ env }: FunctionSpec): string[] {
  const isMapped = /(?:^|[\s"'])--enable[-_]source[-_]maps(?:$|[\s"'=])/.test(env['NODE_OPTIONS'] ?? '');
  if (!isMapped) return [];
  return [
    'the compile cache is not used, because NODE_OPTIONS has --enable-source-maps: Node.js reads the source map of code ' +
      'that it compiles itself',
  ];
}

/** The error for a function whose bundle is an ES module. */
export const noModuleCache = ({ name }: FunctionSpec): BundleError =>
  new BundleError(
    'NO_COMPILE_CACHE',
    `--compile-cache: the bundle of ${name} is an ES module, because it has or imports top-level await, or ends with .mjs. ` +
      `Node.js ${process.versions.node} has no cache for ES modules. Move what is awaited to the initializer, or leave the ` +
      'option out',
  );

/** The name of the cache of a module, which Node.js derives from its path. */
export const cacheName = (kind: number, path: string): string =>
  crc32(Buffer.concat([Buffer.from([kind]), Buffer.from(path)]))
    .toString(16)
    .padStart(8, '0');

/** Lets the caches of the modules in a folder apply to the same modules in `/code`. */
function moveCaches(caches: string, folder: string): number {
  const names = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[mc]?js$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .flatMap((file) => {
        const deployed = `${CODE_FOLDER}/${relative(folder, file).split(sep).join('/')}`;
        return KINDS.map((kind) => [cacheName(kind, file), cacheName(kind, deployed)] as const);
      }),
  );
  const found = readdirSync(caches).flatMap((name) => {
    const moved = names.get(name);
    if (moved === undefined) rmSync(join(caches, name));
    else renameSync(join(caches, name), join(caches, `${moved}.moved`));
    return moved === undefined ? [] : [moved];
  });
  for (const name of found) renameSync(join(caches, `${name}.moved`), join(caches, name));
  return found.length;
}

/** A compile cache that was written. */
export interface WrittenCache {
  readonly bytes: number;
  readonly gzipBytes: number;
  /** The environment variables with which the function reads it. */
  readonly env: Readonly<Record<string, string>>;
  /** What the developer should know. */
  readonly notes: readonly string[];
}

/**
 * Writes the compile cache of a server into its folder, by starting the server until it listens. It applies only to the
 * same version of Node.js on the same kind of processor; others ignore it.
 */
export async function writeCompileCache({ spec, folder, file }: BundledFunction): Promise<WrittenCache> {
  const root = join(folder, FOLDER);
  const server = await ServerProcess.start({
    // The process writes its cache when it exits by itself.
    command: [process.execPath, '--import', "data:text/javascript,process.on('SIGUSR2',()=>process.exit())", file],
    codeDir: folder,
    env: { PATH: process.env['PATH'] ?? '', FC_FUNCTION_NAME: spec.name, ...spec.env, NODE_COMPILE_CACHE: root },
    onLog: () => undefined,
  });
  process.kill(server.pid!, 'SIGUSR2');
  await server.exitsWithin(EXIT_TIMEOUT_MILLIS);
  await server.end();
  const [version] = existsSync(root) ? readdirSync(root) : [];
  if (version === undefined || moveCaches(join(root, version), folder) === 0) {
    throw new BundleError('NO_COMPILE_CACHE', `--compile-cache: ${spec.name} wrote no cache when it was started`);
  }
  // The folder is named after version, processor and user. FC's user may be root.
  const forRoot = version.replace(/-\d+$/, '-0');
  if (forRoot !== version) cpSync(join(root, version), join(root, forRoot), { recursive: true });
  const caches = readdirSync(join(root, version)).map((name) => readFileSync(join(root, version, name)));
  const bytes = caches.reduce((sum, { length }) => sum + length, 0);
  const gzipBytes = gzipSync(Buffer.concat(caches)).length;
  return { bytes, gzipBytes, env: { NODE_COMPILE_CACHE: `${CODE_FOLDER}/${FOLDER}` }, notes: [] };
}
