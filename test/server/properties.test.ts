import fc from 'fast-check';
import { Handler } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve, traceListener } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runs } from '../soak';

/** The response to a request. */
interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

@Handler({ logCorrelation: false })
class Echo {
  handle({ body, isBase64Encoded }: HttpEvent): Buffer {
    return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
  }
}

/** Echoes the body of a request, without tracing. */
function echo(incoming: IncomingMessage, response: ServerResponse): void {
  void incoming
    .toArray()
    .then((chunks) => response.writeHead(200, { 'x-echo': '1' }).end(Buffer.concat(chunks as Buffer[])));
}

const traces = recordTraces();
let running: RunningServer;
const servers: Server[] = [];
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
async function listen(server: Server): Promise<Server> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
let plain: Server;
let traced: Server;
beforeAll(async () => {
  // The start and end lines for FC.
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  running = await serve(Echo, { port: 0, host: '127.0.0.1' });
  plain = await listen(createServer({ keepAlive: true }, echo));
  traced = await listen(createServer({ keepAlive: true }, traceListener(echo)));
});
afterEach(() => traces.clear());
afterAll(async () => {
  traces.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await running.close();
});

function send(port: number, { method, path, headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        host: '127.0.0.1',
        method,
        path,
        headers: ['host', 'x', 'content-length', String(body.length), ...headers.flat()] as never,
      },
      (response) => {
        response
          .toArray()
          .then(
            (chunks) =>
              resolve({ status: response.statusCode, body: Buffer.concat(chunks as Buffer[]).toString('base64') }),
            reject,
          );
      },
    );
    outgoing.on('error', reject).end(body);
  });
}

const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCxyz";
const VALUE = Array.from({ length: 224 }, (_, index) => String.fromCharCode(index + 32)).filter(
  (char) => char !== '\x7f',
);
const text = (alphabet: readonly string[], minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { minLength, maxLength }).map((chars) => chars.join(''));
const carriers = [
  'traceparent',
  'tracestate',
  'baggage',
  'TraceParent',
  'x-fc-request-id',
  'x-fc-tracing-opentracing-span-context',
  'x-fc-tracing-opentracing-span-baggages',
  'x-fc-function-timeout',
  'x-forwarded-proto',
  'x-forwarded-for',
  'cookie',
  'content-type',
  'user-agent',
  'uber-trace-id',
  '__proto__',
  'constructor',
];
const name = fc
  .oneof(fc.constantFrom(...carriers), text(TOKEN.split(''), 1, 12))
  .filter(
    (key) =>
      !/^(?:connection|expect|host|te|trailer|upgrade|content-length|transfer-encoding|x-fc-control-path|keep-alive|proxy-connection)$/i.test(
        key,
      ),
  );
const header = fc.tuple(
  name,
  fc.oneof(
    text(VALUE, 0, 60),
    fc.constantFrom(
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'a=1;p,b=%F0%9F',
      '{"openTracingSpanContext":1}',
      '{',
      'null',
    ),
  ),
);
const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'M-SEARCH'),
  path: text(
    VALUE.filter((char) => char > ' ' && char < '\x7f'),
    0,
    40,
  ).map((rest) => `/x${rest}`),
  headers: fc.array(header, { maxLength: 8 }),
  body: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
});

test('serve passes the body to the class and its response to the client, for any headers, path and body', async () => {
  await fc.assert(
    fc.asyncProperty(sent, async (given) => {
      traces.clear();
      expect(await send(running.port, given)).toEqual({ status: 200, body: given.body.toString('base64') });
      expect(traces.spans().length).toBeLessThanOrEqual(1);
    }),
    { numRuns: runs({ short: 500, long: 5_000 }) },
  );
}, 60_000);

test('a listener responds the same with and without traceListener, for any headers, path and body', async () => {
  await fc.assert(
    fc.asyncProperty(sent, async (given) => {
      traces.clear();
      const [actual, expected] = await Promise.all([send(portOf(traced), given), send(portOf(plain), given)]);
      expect(actual).toEqual(expected);
    }),
    { numRuns: runs({ short: 500, long: 5_000 }) },
  );
}, 60_000);
