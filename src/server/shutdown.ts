import type { Connections } from './connections';

/** Lets running requests end, for at most `timeoutMillis`, closes the server, and delivers what is left. */
export async function shutDown(
  connections: Connections,
  timeoutMillis: number,
  flush: () => Promise<void>,
): Promise<void> {
  await connections.close(timeoutMillis);
  await flush();
}

/** How servers of one process know each other's listeners, those of another copy of this package among them. */
const BRAND = Symbol.for('fc-traced SIGTERM');

function isOurs(listener: unknown): boolean {
  return typeof listener === 'function' && BRAND in listener;
}

/** Shuts a server down when FC says that the instance goes away; the last one ends the process, unless the program has a listener for that of its own. */
export function onSigterm(stop: () => Promise<void>): () => void {
  const listener = Object.assign(
    (): void => {
      const isAlone = process.listeners('SIGTERM').every(isOurs);
      void stop().then(() => {
        process.off('SIGTERM', listener);
        if (isAlone && !process.listeners('SIGTERM').some(isOurs)) process.exit(0);
      });
    },
    { [BRAND]: true },
  );
  process.on('SIGTERM', listener);
  return () => process.off('SIGTERM', listener);
}
