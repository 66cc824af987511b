import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import { BundleError } from '../bundling/bundle-error';
import { ServerProcess } from '../emulator/server-process';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import type { BundledFunction } from './bundle-function';

// Writing the cache takes milliseconds, on a busy machine longer.
const EXIT_TIMEOUT_MILLIS = 30_000;

const FOLDER = '.compile-cache';
/** Where FC puts the code of a function. */
const CODE_FOLDER = '/code';
// How Node.js numbers CommonJS and ES modules.
const KINDS = [0, 1];

/** Throws a {@link BundleError} if a function cannot use a compile cache that was written here. */
export function checkCompileCache(spec: FunctionSpec): void {
  if (!isServer(spec)) {
    throw new BundleError(
      'NO_COMPILE_CACHE',
      `--compile-cache: ${spec.name} runs on ${spec.runtime}, whose Node.js has no compile cache. Only a custom runtime ` +
        'with Node.js 22 or newer has one: leave the option out',
    );
  }
  if (process.platform === 'win32') {
    throw new BundleError(
      'NO_COMPILE_CACHE',
      '--compile-cache: a cache that is written on Windows does not apply on Linux, where FC runs functions. Build on Linux',
    );
  }
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major >= 22 && typeof crc32 === 'function') return;
  throw new BundleError(
    'NO_COMPILE_CACHE',
    `--compile-cache: Node.js ${process.versions.node}, which runs this command, has no compile cache. Run fc-traced build ` +
      'with exactly the version of Node.js that the function runs on, 22.2 or newer',
  );
}

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
  /** The environment variables with which the function reads it. */
  readonly env: Readonly<Record<string, string>>;
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
  const bytes = readdirSync(join(root, version)).reduce(
    (sum, name) => sum + statSync(join(root, version, name)).size,
    0,
  );
  return { bytes, env: { NODE_COMPILE_CACHE: `${CODE_FOLDER}/${FOLDER}` } };
}
