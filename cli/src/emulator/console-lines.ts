import { format } from 'node:util';

// FC's name of the level of each method.
const LEVELS = { log: 'verbose', debug: 'debug', info: 'info', warn: 'warn', error: 'error' } as const;

/** A log line as FC's runtime writes it: time, request id, level, and the text in one line. */
export function logLine(requestId: string, level: string, text: string): string {
  return `${new Date().toISOString()} ${requestId} [${level}] ${text.replaceAll('\n', '\r')}`;
}

/**
 * Has the console of this process write lines as FC's runtime does. All go to standard output. FC knows only one
 * request id per process, so that of concurrent calls may be wrong.
 */
export function formatConsole(requestId: () => string): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    const write = (...parts: unknown[]): void => {
      process.stdout.write(`${logLine(requestId(), level, format(...parts))}\n`);
    };
    Object.defineProperty(write, 'name', { value: method });
    console[method as keyof typeof LEVELS] = write;
  }
}
