import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listenOnLoopback } from '../loopback';

/** The name of the global symbol whose property, a function, gets the copy of `fc-traced` in a bundle. */
export const WARM_UP = 'fc-traced.warm-up';

/** How the calls of a warm-up are recorded. */
export type WarmUpWay = 'otlp' | 'jaeger' | 'unsampled';

type Decorator = (...args: unknown[]) => unknown;

interface RuntimeEntry {
  readonly createHandler: (
    target: object,
    options: object,
  ) => Readonly<Record<'handler' | 'initialize' | 'preStop', (...args: unknown[]) => unknown>>;
  readonly Handler: () => Decorator;
  readonly Service: () => Decorator;
  readonly Traced: () => Decorator;
}

interface ServerEntry {
  readonly serve: (target: object, options: object) => Promise<{ readonly port: number; close(): Promise<void> }>;
}

/** The entry points of `fc-traced` in a bundle, which are loaded by these functions. */
export interface BundledEntryPoints {
  readonly index?: () => RuntimeEntry;
  readonly server?: () => ServerEntry;
}

const PATHS = { otlp: '/v1/traces', jaeger: '/api/traces', unsampled: '/v1/traces' } as const;
const CALLER = '124ed43254b54966:124ed43254b54966:0';

interface OrdinaryProgram {
  readonly program: object;
  readonly options: { readonly inject: readonly object[] };
}

/** The class of an ordinary program: with an injected service, whose methods are traced by both kinds of decorators. */
function ordinaryProgram({ index }: BundledEntryPoints): OrdinaryProgram {
  class Stock {
    async reserve(count: number): Promise<number> {
      await Promise.resolve();
      return count;
    }

    count(): number {
      return 1;
    }
  }
  class Orders {
    constructor(private readonly stock: Stock) {}

    async handle(): Promise<object> {
      return { count: (await this.stock.reserve(1)) + this.stock.count() };
    }
  }
  if (index !== undefined) {
    const { Handler, Service, Traced } = index();
    const define = (name: 'reserve' | 'count', wrapped: unknown): void => {
      Object.defineProperty(Stock.prototype, name, { value: wrapped, configurable: true, writable: true });
    };
    const { reserve, count } = Object.getOwnPropertyDescriptors(Stock.prototype);
    const legacy = Traced()(Stock.prototype, 'reserve', reserve) as PropertyDescriptor | undefined;
    if (legacy !== undefined) define('reserve', legacy.value);
    define('count', Traced()(count.value, { kind: 'method', name: 'count', static: false, private: false }));
    Service()(Stock);
    Handler()(Orders);
  }
  return { program: Orders, options: { inject: [Stock] } };
}

async function callEvents(entry: RuntimeEntry, event: Buffer, sampled: object, unsampled: object): Promise<void> {
  const { program, options } = ordinaryProgram({ index: () => entry });
  const { handler, initialize } = entry.createHandler(program, options);
  await initialize(sampled);
  await new Promise((resolve) => void handler(event, sampled, resolve));
  await handler(event, unsampled);
}

async function callServer(parts: BundledEntryPoints, headers: OutgoingHttpHeaders): Promise<void> {
  const { program, options } = ordinaryProgram(parts);
  const running = await parts.server!().serve(program, { ...options, port: 0, host: '127.0.0.1' });
  const send = async (method: string, path: string, further: OutgoingHttpHeaders = {}): Promise<void> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const all = { ...headers, ...further };
      request({ host: '127.0.0.1', port: running.port, method, path, headers: all }, resolve)
        .on('error', reject)
        .end(method === 'POST' ? '{}' : undefined);
    });
    await buffer(response);
  };
  await send('POST', '/initialize', { 'x-fc-control-path': '/initialize' });
  await send('GET', '/orders?id=1');
  await send('POST', '/invoke', { 'x-fc-control-path': '/invoke' });
  await send('GET', '/orders', { 'x-fc-tracing-opentracing-span-context': `${CALLER}:0` });
  await running.close();
}

/**
 * Calls an ordinary program with a copy of `fc-traced`, so that V8 compiles the functions that calls need. Spans are
 * sent to a server in this process. The variables of this process must not name another endpoint.
 */
export async function warmUp(parts: BundledEntryPoints, way: WarmUpWay, event: Buffer): Promise<void> {
  const sink = createServer((incoming, response) => void incoming.resume().on('end', () => response.end()));
  const endpoint = `http://127.0.0.1:${await listenOnLoopback(sink)}${PATHS[way]}`;
  if (way !== 'jaeger') process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] = endpoint;
  const flag = way === 'unsampled' ? 0 : 1;
  const contextWith = (sampled: number): object => ({
    requestId: '1-65000000-000000000000000000000001',
    credentials: {},
    function: { name: 'warm-up', handler: 'index.handler', memory: 512, timeout: 60 },
    service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    logger: console,
    tracing: {
      openTracingSpanContext: `${CALLER}:${sampled}`,
      openTracingSpanBaggages: {},
      ...(way === 'jaeger' && { jaegerEndpoint: endpoint }),
    },
  });
  if (parts.server === undefined) return callEvents(parts.index!(), event, contextWith(flag), contextWith(0));
  const headers = {
    'x-fc-request-id': '1-65000000-000000000000000000000001',
    'x-fc-function-name': 'warm-up',
    'x-fc-tracing-opentracing-span-context': `${CALLER}:${flag}`,
    ...(way === 'jaeger' && { 'x-fc-tracing-jaeger-endpoint': endpoint }),
  };
  return callServer(parts, headers);
}
