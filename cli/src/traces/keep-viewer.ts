import { spawn } from 'node:child_process';
import type { Cleanup } from '../cleanup';
import { paint, printError } from '../terminal';
import type { Viewer } from '../viewer/server';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens an address in the browser. A failure is reported, and changes nothing else. */
export function openInBrowser(url: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => printError(`the browser could not be started: open ${url} yourself`));
  child.unref();
}

/** Resolves when the command is interrupted. */
export function untilInterrupted(cleanup: Cleanup): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => undefined, 2 ** 30);
    cleanup.defer(() => {
      clearInterval(alive);
      resolve();
    });
  });
}

/**
 * With `--stay` or `--open`, says where the traces can be seen, and resolves when the command is interrupted. Without
 * them, resolves at once.
 */
export async function keepViewer(
  viewer: Viewer,
  { stay, open }: { readonly stay: boolean; readonly open: boolean },
  cleanup: Cleanup,
): Promise<void> {
  if (!stay && !open) return;
  printError(`${paint('bold', 'traces')}  ${viewer.url}  ${paint('dim', 'Ctrl-C ends')}`);
  if (open) openInBrowser(viewer.url);
  await untilInterrupted(cleanup);
}
