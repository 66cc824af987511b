import type { RunningServer } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from '../package/compiled-example';
import { root } from '../package/fresh-process';
import { codeBlocks, readDocument } from '../package/markdown';

const blocks = codeBlocks(readDocument(root, 'docs/custom-runtime.md'));
const [first, tree] = blocks;
const recipes = blocks
  .filter(({ text }) => text.includes('traceListener('))
  .map(({ text }) => ({ framework: /from '(express|koa|fastify|hono)'/.exec(text)?.[1], text }));
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** Runs an example with `from` replaced by `to`, such as a port by 0. */
function run<T>(text: string, from: string, to: string): T {
  expect(text).toContain(from);
  return runExample<T>(text.replace(from, to), (name) => require(name) as unknown);
}

test('the server of the guide streams events and records the trace in the guide', async () => {
  const { running } = run<{ running: Promise<RunningServer> }>(
    first!.text,
    'void serve(Events)',
    'export const running = serve(Events, { port: 0 })',
  );
  const { port, close } = await running;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/events?count=2`);
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
      'text/event-stream',
      'data: 0\n\ndata: 1\n\n',
    ]);
    expect(renderTrace(traces.only(), { attributes: ['http.response.status_code'] })).toBe(tree!.text);
  } finally {
    await close();
  }
});

test('there is a recipe for each supported framework', () => {
  expect(recipes.map(({ framework }) => framework)).toEqual(['express', 'koa', 'fastify', 'hono']);
});

test.each(recipes)('the recipe for $framework records a trace of a request', async ({ text }) => {
  const { server } = run<{ server: Server }>(text, '9000', '0');
  try {
    if (!server.listening) await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/orders/7`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^(\/orders\/)?7$/)]);
    expect(traces.only().spans).toMatchObject([
      { kind: 'server', attributes: { 'url.path': '/orders/7', 'http.response.status_code': 200 } },
    ]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
