import { sep } from 'node:path';
import { watch } from 'chokidar';
import type { Cleanup } from '../cleanup';

// A compiler writes many files, and an editor writes one in several steps.
const QUIET_MILLIS = 150;
const IGNORED_FOLDERS = new Set(['node_modules', '.git', '.s', 'coverage']);

/** Whether changes of a path below `folder` do not matter: dependencies, and hidden or generated files. */
export function isIgnored(folder: string, path: string): boolean {
  const below = path.startsWith(folder) ? path.slice(folder.length) : path;
  return (
    below.split(/[\\/]/).some((part) => IGNORED_FOLDERS.has(part)) || /\.(log|tsbuildinfo|tmp|swp)$|~$/.test(below)
  );
}

/** Calls `onChange` once for the changes of files below the folders that follow each other closely. */
export async function watchCode(
  folders: readonly string[],
  onChange: (paths: readonly string[]) => void,
  cleanup: Cleanup,
): Promise<void> {
  const roots = folders.filter(
    (folder) => !folders.some((other) => other !== folder && folder.startsWith(other + sep)),
  );
  const watcher = watch([...new Set(roots)], {
    ignored: (path) => roots.some((root) => path.startsWith(root) && isIgnored(root, path)),
    ignoreInitial: true,
    followSymlinks: false,
  });
  cleanup.defer(() => watcher.close());
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  cleanup.defer(() => clearTimeout(timer));
  watcher.on('all', (event, path) => {
    if (event === 'addDir') return;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed];
      changed = new Set();
      onChange(paths);
    }, QUIET_MILLIS);
  });
  watcher.on('error', () => undefined);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
}
