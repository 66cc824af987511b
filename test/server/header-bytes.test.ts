import { Handler } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { rawRequest } from './raw-request';

async function* pieces(): AsyncGenerator<string> {
  yield 'data: 1\n\n';
}

const BODIES: Readonly<Record<string, () => unknown>> = {
  text: () => 'crème',
  empty: () => '',
  nothing: () => undefined,
  bytes: () => Buffer.from('crème'),
  stream: pieces,
};

@Handler({ sampleRatio: 0 })
class Api {
  handle({ rawPath, queryParameters: { type = 'text/plain' } }: HttpEvent): unknown {
    return {
      statusCode: 200,
      headers: { 'content-type': type, 'x-name': 'café', 'x-names': ['plain', '\x80\xff'] },
      body: BODIES[rawPath.slice(1)]!(),
    };
  }
}

let server: RunningServer;
beforeAll(async () => {
  server = await serve(Api, { port: 0, host: '127.0.0.1' });
});
afterAll(() => server.close());

const ask = async (target: string, method = 'GET'): Promise<string> =>
  (await rawRequest(server.port, `${method} ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)).text;
const head = async (...request: Parameters<typeof ask>): Promise<string> =>
  (await ask(...request)).split('\r\n\r\n', 1)[0]!;

test.each([
  ...Object.keys(BODIES).map((body) => ['GET', `/${body}`]),
  ['GET', '/stream?type=text/event-stream'],
  ['HEAD', '/text'],
])('headers are sent as Latin-1: %s %s', async (method, target) => {
  const lines = (await head(target, method)).split('\r\n');
  expect(lines.filter((line) => line.startsWith('x-name'))).toEqual([
    'x-name: caf\xe9',
    'x-names: plain',
    'x-names: \x80\xff',
  ]);
});

test('the body of such a response is sent as UTF-8', async () => {
  const answer = await ask('/text');
  expect(answer).toContain('content-length: 6\r\n');
  expect(answer.endsWith(`\r\n\r\n${Buffer.from('crème').toString('latin1')}`)).toBe(true);
});
