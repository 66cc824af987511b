import type { Server } from 'node:http';
import { settledWithin } from '../tracing/shared-flush';

/** Lets running requests end, for at most `timeoutMillis`, delivers what is left, and closes the server. */
export async function shutDown(server: Server, timeoutMillis: number, flush: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await settledWithin(closed, timeoutMillis);
  server.closeAllConnections();
  await flush();
}

/** Shuts a server down when FC says that the instance goes away; ends the process, unless the program has a listener for that of its own. */
export function onSigterm(stop: () => Promise<void>): () => void {
  const listener = (): void => {
    const isAlone = process.listenerCount('SIGTERM') === 1;
    void stop().then(() => {
      if (isAlone) process.exit(0);
    });
  };
  process.on('SIGTERM', listener);
  return () => process.off('SIGTERM', listener);
}
