import type { FcFunction } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpEventOf } from '../../src/fc/http-event';
import { readFcTracingHeaders } from '../../src/fc/tracing';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from '../package/compiled-example';
import { root } from '../package/fresh-process';
import { codeBlocks, readDocument } from '../package/markdown';

const blocks = codeBlocks(readDocument(root, 'docs/propagation.md'));
const tree = blocks.find(({ text }) => text.startsWith('checkout\n'))!;

/** Compiles and loads a function of the guide, with the addresses that it calls replaced. */
function functionOf(name: string, addresses: Readonly<Record<string, string>> = {}): FcFunction {
  let { text } = blocks.find((block) => block.text.includes(`@Handler({ name: '${name}'`))!;
  for (const [original, replacement] of Object.entries(addresses)) {
    expect(text).toContain(original);
    text = text.replace(original, replacement);
  }
  return runExample<{ handler: FcFunction }>(text, (wanted) => require(wanted) as unknown).handler;
}

const servers: Server[] = [];
afterAll(() =>
  servers.forEach((server) => {
    server.close();
    server.closeAllConnections();
  }),
);

/** Starts a server whose responses are those of `answer`. Returns its host and port. */
async function listen(answer: (request: IncomingMessage, body: Buffer) => Promise<string>): Promise<string> {
  const server = createServer((request, response) => {
    request
      .toArray()
      .then((chunks) => answer(request, Buffer.concat(chunks as Buffer[])))
      .then(
        (text) => response.end(text),
        () => response.writeHead(500).end(),
      );
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function request(handler: FcFunction, target: string, headers: IncomingMessage['headers']): Promise<string> {
  const { body } = (await invoke(handler, { ...httpEventOf({ method: 'GET', target, headers }), body: '' })) as {
    body: string;
  };
  return body;
}

test('the three functions of the guide create the trace that it shows, with the baggage in the last one', async () => {
  const prices = functionOf('prices');
  const pricesHost = await listen((incoming) => request(prices, incoming.url!, incoming.headers));
  const stock = functionOf('stock', { 'https://prices.example': `http://${pricesHost}` });
  const apiHost = await listen(async ({ url, headers }, body) => {
    expect(url).toBe('/2023-03-30/functions/stock/invocations');
    // FC converts its own headers to `context.tracing`.
    const tracing = readFcTracingHeaders(headers);
    return JSON.stringify(await invoke(stock, body, fakeFcContext({ tracing })));
  });
  const checkout = functionOf('checkout', {
    "protocol: 'https'": "protocol: 'http'",
    'fcv3.cn-hangzhou.aliyuncs.com': apiHost,
  });
  const traces = recordTraces();
  try {
    const answer = await request(checkout, '/?sku=teapot', { baggage: 'tenant=acme' });
    expect(JSON.parse(answer)).toEqual({ sku: 'teapot', shelf: 6, price: 12 });
    expect(renderTrace(traces.only(), { attributes: ['tenant'] })).toBe(tree.text);
  } finally {
    traces.stop();
  }
});
