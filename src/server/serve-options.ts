import { FcTracedError } from '../errors';
import { checkOptions, inWords } from '../config/options';
import type { HandlerOptions } from '../config/options';

/** Options of `serve`, beside those of `createHandler`. */
export interface ServeOptions extends HandlerOptions {
  /** Port to listen on; 0 takes a free one. Default: `FC_SERVER_PORT`, else `FC_CUSTOM_LISTEN_PORT`, else 9000. */
  readonly port?: number;
  /** Address to listen on. Default: `0.0.0.0`, as FC asks. */
  readonly host?: string;
  /** Whether the bodies of HTTP requests are read first (`text`, as on built-in runtimes) or handed on as they arrive (`stream`). Default: `text`. */
  readonly body?: 'text' | 'stream';
  /** Bytes that a body may have that is read first; more is answered with 413. Default: 33,554,432 (32 MiB), FC's own limit. */
  readonly bodyLimit?: number;
  /** Milliseconds that running requests get at SIGTERM. Default: 10,000. */
  readonly shutdownTimeout?: number;
}

const WHOLE: (most: number, what: string) => (value: unknown) => string | undefined = (most, what) => (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most ? undefined : what;

const CHECKS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  port: WHOLE(65_535, 'a whole number from 0 to 65535'),
  host: (value) => (typeof value === 'string' && value !== '' ? undefined : 'an address'),
  body: (value) => (value === 'text' || value === 'stream' ? undefined : "'text' or 'stream'"),
  bodyLimit: WHOLE(Number.MAX_SAFE_INTEGER, 'a whole number of bytes'),
  shutdownTimeout: WHOLE(2 ** 31 - 1, 'a whole number of milliseconds'),
};

/** The options of a server, apart from those of its handler. Throws INVALID_OPTION. */
export function splitServeOptions(
  given: ServeOptions | undefined,
  where: string,
): { readonly handler: HandlerOptions; readonly server: ServeOptions } {
  const entries = Object.entries(given ?? {});
  const own = entries.filter(([key]) => Object.hasOwn(CHECKS, key));
  for (const [key, value] of own) {
    const wanted = value === undefined ? undefined : CHECKS[key]!(value);
    if (wanted !== undefined) {
      throw new FcTracedError(
        'INVALID_OPTION',
        `Option "${key}" of ${where} must be ${wanted}, not ${inWords(value)}.`,
      );
    }
  }
  const handler = Object.fromEntries(entries.filter(([key]) => !Object.hasOwn(CHECKS, key)));
  return {
    handler: checkOptions(
      given === undefined || typeof given !== 'object' ? given : handler,
      where,
      Object.keys(CHECKS),
    ),
    server: Object.fromEntries(own),
  };
}
