import { serve, traceListener } from 'fc-traced/server';
import type { ServeOptions } from 'fc-traced/server';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** What a collector receives, as text. */
const received: string[] = [];
const collector = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    received.push(Buffer.concat(pieces).toString('latin1'));
    response.end();
  });
});
let collectorPort = 0;
beforeAll(async () => (collectorPort = await listening(collector)));
afterAll(() => new Promise((resolve) => collector.close(resolve)));

const VARIABLES = ['FC_FUNCTION_NAME', 'FC_INSTANCE_ID', 'FC_ACCOUNT_ID'];
const saved = VARIABLES.map((name) => [name, process.env[name]] as const);
beforeEach(() => {
  received.length = 0;
  for (const name of VARIABLES) delete process.env[name];
});
afterAll(() => {
  for (const [name, value] of saved) if (value !== undefined) process.env[name] = value;
});

class Echo {
  handle(_: unknown, context: object): unknown {
    return { statusCode: 200, body: JSON.stringify(context) };
  }
}

type Options = Pick<ServeOptions, 'trustFcHeaders' | 'endpoint'>;

/** The body of the response of `serve`. */
async function askServe(options: Options, headers: Record<string, string>, path = '/'): Promise<string> {
  const { port, close } = await serve(Echo, { port: 0, host: '127.0.0.1', ...options });
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const text = await response.text();
  await close();
  return text;
}

async function askListener(options: Options, headers: Record<string, string>): Promise<string> {
  const server = createServer(traceListener((_, response) => response.end('ok'), options));
  const port = await listening(server);
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
  const text = await response.text();
  await new Promise((resolve) => server.close(resolve));
  return text;
}

const WAYS = [
  ['serve', askServe],
  ['traceListener', askListener],
] as const;

const endpointHeader = (): Record<string, string> => ({
  'x-fc-tracing-jaeger-endpoint': `http://127.0.0.1:${collectorPort}/api/traces`,
});

test.each(WAYS)('%s sends no trace to an endpoint that a client names', async (_, ask) => {
  await ask({}, endpointHeader());
  expect(received).toEqual([]);
});

test.each(WAYS)('%s sends traces to the endpoint that FC names, where the process runs in FC', async (_, ask) => {
  process.env.FC_INSTANCE_ID = 'c-1';
  await ask({}, endpointHeader());
  expect(received).toHaveLength(1);
});

test.each(WAYS)('%s believes no header with trustFcHeaders: false, also in FC', async (_, ask) => {
  process.env.FC_FUNCTION_NAME = 'orders';
  await ask({ trustFcHeaders: false }, endpointHeader());
  expect(received).toEqual([]);
});

test.each(WAYS)('%s believes the headers of any client with trustFcHeaders: true', async (_, ask) => {
  await ask({ trustFcHeaders: true }, endpointHeader());
  expect(received).toHaveLength(1);
});

test.each([
  ['http://collector.example/api/traces', false],
  ['http://203.0.113.7/api/traces', false],
  ['http://aliyuncs.com.evil.example/api/traces', false],
  ['http://evilaliyuncs.com/api/traces', false],
  ['http://10.evil.example/api/traces', false],
  ['http://user@evil.example/api/traces', false],
  ['not a URL', false],
  ['http://tracing-analysis-dc-hz.aliyuncs.com/adapt_a@b/api/traces', true],
  ['https://tracing-cn-hangzhou-internal.arms.aliyuncs.com/adapt_a@b/api/otlp/traces', true],
  ['http://10.0.0.7:4318/v1/traces', true],
  ['http://172.16.1.2:4318/v1/traces', true],
  ['http://[fd00::1]:4318/v1/traces', true],
  ['http://collector:4318/v1/traces', true],
])('in FC, the endpoint %s in a header is believed: %s', async (endpoint, isBelieved) => {
  process.env.FC_ACCOUNT_ID = '1234567890123456';
  process.env.OTEL_SDK_DISABLED = 'true';
  const context = await askServe({}, { 'x-fc-tracing-jaeger-endpoint': endpoint });
  delete process.env.OTEL_SDK_DISABLED;
  expect(context.includes('jaegerEndpoint')).toBe(isBelieved);
});

test('outside of FC, no header of FC reaches the context, the kind of the request and the address of the client', async () => {
  const headers = {
    'x-fc-request-id': 'FORGED',
    'x-fc-access-key-id': 'FORGED',
    'x-fc-access-key-secret': 'FORGED',
    'x-fc-security-token': 'FORGED',
    'x-fc-function-name': 'FORGED',
    'x-fc-function-timeout': '1',
    'x-fc-control-path': '/pre-stop',
    'x-fc-client-ip': 'FORGED',
    'x-fc-tracing-opentracing-span-context': '124ed43254b54966:124ed43254b54966:0:1',
  };
  const context = JSON.parse(await askServe({}, headers)) as { function: { timeout: number }; tracing: object };
  expect(JSON.stringify(context)).not.toContain('FORGED');
  expect(context.function.timeout).toBe(0);
  expect(context.tracing).toEqual({ openTracingSpanBaggages: {} });
});

class Failing {
  handle(): never {
    throw new RangeError('out of range');
  }
}

test.each([
  ['outside of FC', undefined],
  ['in FC', 'c-1'],
])('a word as a credential does not redact later traces, %s', async (_, instance) => {
  if (instance !== undefined) process.env.FC_INSTANCE_ID = instance;
  const endpoint = `http://127.0.0.1:${collectorPort}/api/traces`;
  const error = jest.spyOn(console, 'error').mockImplementation();
  const log = jest.spyOn(console, 'log').mockImplementation();
  const { port, close } = await serve(Failing, { port: 0, host: '127.0.0.1', endpoint });
  for (const headers of [{ 'x-fc-access-key-secret': 'RangeError', 'x-fc-security-token': 'Failing' }, {}]) {
    await (await fetch(`http://127.0.0.1:${port}/`, { headers: headers as Record<string, string> })).text();
  }
  await close();
  error.mockRestore();
  log.mockRestore();
  expect(received.filter((text) => text.includes('RangeError'))).toHaveLength(2);
});
