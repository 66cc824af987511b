import type { ChildProcess } from 'node:child_process';

/**
 * Whether an instance is a process group of its own: then the processes that it starts are frozen and killed with it,
 * and Ctrl-C in the terminal reaches only this program, which ends the instance in order. Windows has no such groups.
 */
export const HAS_PROCESS_GROUPS = process.platform !== 'win32';

/** Sends a signal to an instance and to all processes that it has started. */
export function signalGroup(child: ChildProcess, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (!HAS_PROCESS_GROUPS) {
    // Windows cannot stop a process.
    if (signal === 'SIGKILL') child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All of its processes have exited.
  }
}

/** How long the output of a process that has exited is read. A process that left its group may keep it open. */
export const CLOSE_TIMEOUT_MILLIS = 1000;

/** Resolves when a process has exited and its output has been read, or so long after its exit. */
export async function closedWithin(child: ChildProcess, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stopReading = (): void => {
    timer = setTimeout(() => {
      for (const stream of child.stdio) stream?.destroy();
      child.emit('close', child.exitCode, child.signalCode);
    }, milliseconds);
  };
  const closed = new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode !== null || child.signalCode !== null) stopReading();
  else child.once('exit', stopReading);
  await closed;
  clearTimeout(timer);
}
