import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { check, checkOptions } from '../config/check-options';
import type { Check } from '../config/check-options';
import { listenPort } from '../config/config';
import { HANDLER_CHECKS } from '../config/options';
import type { HandlerOptions } from '../config/options';
import { warnOnce } from '../diagnostics';
import { FcTracedError } from '../errors';
import { defineHandler } from '../handler/entries';
import { FunctionInstance } from '../handler/function-instance';
import { Connections, onSigterm, shutDown } from './connections';
import { FunctionServer } from './function-server';

/** Options of `serve`: those of `createHandler` except `entries`, and those of the server. */
export interface ServeOptions extends HandlerOptions {
  /**
   * The port to listen on, 0 to 65535; 0 selects a free port. Default: `FC_SERVER_PORT`, then `FC_CUSTOM_LISTEN_PORT`,
   * then 9000.
   */
  readonly port?: number;
  /** The address to listen on. Default: `0.0.0.0`, which FC requires. */
  readonly host?: string;
  /**
   * The format of `event.body`. `text`: the body is read before the entry method is called, as on built-in runtimes.
   * `stream`: a Node.js stream of the body. Default: `text`.
   */
  readonly body?: 'text' | 'stream';
  /**
   * The size limit, in bytes, of a body that is read before the call. Larger ones get a 413. Default: 33,554,432 (32
   * MiB), FC's limit.
   */
  readonly bodyLimitBytes?: number;
  /**
   * Whether the `x-fc-*` headers of requests are believed. They say where traces are sent, and contain credentials and
   * FC's request id. `true` believes those of any client. Default: those of FC, where the process runs in FC (one of
   * `FC_FUNCTION_NAME`, `FC_INSTANCE_ID` and `FC_ACCOUNT_ID` is set), and an endpoint in them only of Alibaba Cloud or of a
   * private network.
   */
  readonly trustFcHeaders?: boolean;
  /** How long running requests may take after SIGTERM, in milliseconds. Default: 10,000. */
  readonly shutdownTimeoutMillis?: number;
}

const SERVER_CHECKS: { readonly [K in Exclude<keyof Required<ServeOptions>, keyof HandlerOptions>]: Check } = {
  trustFcHeaders: check.boolean,
  port: check.integer(65_535, 'a whole number from 0 to 65535'),
  host: check.string,
  body: check.oneOf('text', 'stream'),
  bodyLimitBytes: check.integer(Number.MAX_SAFE_INTEGER, 'a whole number of bytes'),
  shutdownTimeoutMillis: check.integer(2 ** 31 - 1, 'a whole number of milliseconds'),
};

/** Separates the options of the server from those of the handler. Throws `INVALID_OPTION`. */
export function splitServeOptions(
  given: ServeOptions | undefined,
  where: string,
): { readonly handler: HandlerOptions; readonly server: ServeOptions } {
  const options = checkOptions<ServeOptions>(given, where, { ...HANDLER_CHECKS, ...SERVER_CHECKS });
  const isServer = ([name]: [string, unknown]): boolean => Object.hasOwn(SERVER_CHECKS, name);
  const entries = Object.entries(options);
  return {
    handler: Object.fromEntries(entries.filter((entry) => !isServer(entry))),
    server: Object.fromEntries(entries.filter(isServer)),
  };
}

/** A server that is listening. */
export interface RunningServer {
  /** The port that the server listens on. */
  readonly port: number;
  /** The Node.js server. */
  readonly server: Server;
  /**
   * Stops the server: waits for running requests, aborts them after `shutdownTimeoutMillis`, and exports the remaining
   * spans. Then resolves; never rejects.
   */
  close(): Promise<void>;
}

/** Idle connections are kept: FC reuses them, and may send a request on one that the server has just closed. */
const KEEP_ALIVE_MILLIS = 24 * 60 * 60 * 1_000;
/** How long a client may take to send the headers of a request, in milliseconds: the default of Node.js. */
const HEADERS_MILLIS = 60_000;

/**
 * Runs a handler class as the HTTP server that FC requires of a custom runtime. Resolves when the server is listening.
 *
 * `POST /invoke` is an event call; `POST /initialize`, `GET /pre-freeze` and `GET /pre-stop` are lifecycle hooks. Any
 * other request is an HTTP request for the class, with an event in the format of FC 3.0. The `x-fc-*` headers become
 * the context. Requests may run concurrently. Streams that the class returns are sent while they are read.
 *
 * Each request is one invocation, whose spans are exported before the response ends. At SIGTERM, running requests may
 * complete within `shutdownTimeoutMillis`.
 *
 * @param handlerClass a handler class, as for `createHandler`
 * @param options see {@link ServeOptions}
 * @throws FcTracedError (as a rejection) `INVALID_TARGET`, `INVALID_OPTION`, `ENTRY_NOT_FOUND` or `ENTRY_NAME_TAKEN`
 * @throws Error (as a rejection) the error of Node.js if the server cannot listen, such as `EADDRINUSE`
 *
 * @example
 * ```ts
 * import { serve } from 'fc-traced/server';
 * class Clock {
 *   handle(): { now: string } {
 *     return { now: new Date().toISOString() };
 *   }
 * }
 * export const start = () => serve(Clock, { port: 9000 });
 * ```
 */
export async function serve(
  handlerClass: abstract new (...args: never[]) => object,
  options?: ServeOptions,
): Promise<RunningServer> {
  const { handler, server: own } = splitServeOptions(options, 'serve');
  const definition = defineHandler(handlerClass, handler, 'serve');
  if (definition.entries.size === 0) {
    throw new FcTracedError(
      'ENTRY_NOT_FOUND',
      `${handlerClass.name} has no entry method: add a method "handle", or put @Handler() on the methods that FC calls.`,
    );
  }
  const instance = new FunctionInstance(definition);
  const server = createServer({ keepAlive: true, requestTimeout: 0, headersTimeout: HEADERS_MILLIS });
  const connections = new Connections(server);
  const functions = new FunctionServer(instance, definition, own, connections);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // First, because the program may close the server as soon as it is called.
    void functions.handle(connections.addResponse(request, response));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MILLIS;
  server.timeout = 0;
  const { port: defaultPort, warnings } = listenPort();
  if (own.port === undefined) warnings.forEach(warnOnce);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(own.port ?? defaultPort, own.host ?? '0.0.0.0', () => {
      server.off('error', reject);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (closing ??= shutDown(connections, own.shutdownTimeoutMillis ?? 10_000, () => instance.flush('preStop')));
  const removeListener = onSigterm(stop);
  return { port: (server.address() as AddressInfo).port, server, close: () => stop().finally(removeListener) };
}
