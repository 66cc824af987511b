import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenPort } from '../config/config';
import { FcTracedError } from '../errors';
import { defineHandler } from '../handler/entries';
import { FunctionInstance } from '../handler/function-instance';
import { tellOnce } from '../diagnostics';
import { Connections } from './connections';
import { FunctionServer } from './function-server';
import { splitServeOptions } from './serve-options';
import type { ServeOptions } from './serve-options';
import { onSigterm, shutDown } from './shutdown';

/** A server that runs. */
export interface RunningServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Node's own server. */
  readonly server: Server;
  /** Lets running requests end, delivers their traces, and stops. Resolves when that is done, `shutdownTimeout` and a moment later at the latest; never rejects. */
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
  if (own.port === undefined) warnings.forEach(tellOnce);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(own.port ?? defaultPort, own.host ?? '0.0.0.0', () => {
      server.off('error', reject);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (closing ??= shutDown(connections, own.shutdownTimeout ?? 10_000, () => instance.flush()));
  const forget = onSigterm(stop);
  return { port: (server.address() as AddressInfo).port, server, close: () => stop().finally(forget) };
}
