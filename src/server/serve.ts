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

/** Options of `serve`, beside those of `createHandler`. */
export interface ServeOptions extends HandlerOptions {
  /** Port to listen on; 0 takes a free one. Default: `FC_SERVER_PORT`, else `FC_CUSTOM_LISTEN_PORT`, else 9000. */
  readonly port?: number;
  /** Address to listen on. Default: `0.0.0.0`, as FC asks. */
  readonly host?: string;
  /** Whether the bodies of HTTP requests are read first (`text`, as on built-in runtimes) or handed on as they arrive (`stream`). Default: `text`. */
  readonly body?: 'text' | 'stream';
  /** Bytes that a body may have that is read first; more is answered with 413. Default: 33,554,432 (32 MiB), FC's own limit. */
  readonly bodyLimitBytes?: number;
  /** Milliseconds that running requests get at SIGTERM. Default: 10,000. */
  readonly shutdownTimeoutMillis?: number;
}

const SERVER_CHECKS: { readonly [K in Exclude<keyof Required<ServeOptions>, keyof HandlerOptions>]: Check } = {
  port: check.integer(65_535, 'a whole number from 0 to 65535'),
  host: check.string,
  body: check.oneOf('text', 'stream'),
  bodyLimitBytes: check.integer(Number.MAX_SAFE_INTEGER, 'a whole number of bytes'),
  shutdownTimeoutMillis: check.integer(2 ** 31 - 1, 'a whole number of milliseconds'),
};

/** The options of a server, apart from those of its handler. Throws `INVALID_OPTION`. */
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

/** A server that runs. */
export interface RunningServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Node's own server. */
  readonly server: Server;
  /** Lets running requests end, delivers their traces, and stops. Resolves when that is done, `shutdownTimeoutMillis` and a moment later at the latest; never rejects. */
  close(): Promise<void>;
}

/** FC keeps connections for long, and sends a request down one that the server just closed. */
const KEEP_ALIVE_MILLIS = 24 * 60 * 60 * 1_000;

/**
 * Runs a handler class as FC's custom runtime: listens on `0.0.0.0` and answers `POST /invoke`, `POST /initialize`, `GET /pre-freeze` and
 * `GET /pre-stop` as FC asks; every other request goes to the class as HTTP, its event in FC 3.0's shape. Resolves when the server listens.
 *
 * FC's `x-fc-*` headers become the same context that built-in runtimes hand over. Streams that the class returns are sent as they come. Each
 * request is one trace, delivered before the response ends. Requests may run at once. At SIGTERM running requests end first.
 *
 * @param handlerClass a class as `createHandler` takes it
 * @param options see {@link ServeOptions}
 * @throws FcTracedError (as a rejection) with the codes of `createHandler`; what the system says when it cannot listen comes out as it is
 *
 * @example
 * ```ts
 * import { Handler } from 'fc-traced';
 * import { serve } from 'fc-traced/server';
 * \@Handler()
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
    throw new FcTracedError('ENTRY_NOT_FOUND', `${handlerClass.name} has no entry method.`);
  }
  const instance = new FunctionInstance(definition);
  const functions = new FunctionServer(instance, definition, own);
  const server = createServer({ keepAlive: true, requestTimeout: 0 });
  const connections = new Connections(server);
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    connections.add(request, response, functions.handle(request, response)),
  );
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
    (closing ??= shutDown(connections, own.shutdownTimeoutMillis ?? 10_000, () => instance.flush()));
  const forget = onSigterm(stop);
  return { port: (server.address() as AddressInfo).port, server, close: () => stop().finally(forget) };
}
