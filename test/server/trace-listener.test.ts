import { serve as serveHono } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { currentSpan, traced } from 'fc-traced';
import { traceListener } from 'fc-traced/server';
import { recordTraces } from 'fc-traced/testing';
import { Hono } from 'hono';
import Koa from 'koa';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const work = traced(async (): Promise<string> => currentSpan().spanContext().traceId, 'work');
const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const servers: Record<string, () => Promise<Server>> = {
  'node:http': async () =>
    createServer(traceListener((_, response) => void work().then((id) => response.end(id)), { route: '/x' })),
  Express: async () => {
    const app = express();
    app.get('/x', async (_, response) => void response.send(await work()));
    return createServer(
      traceListener(app, { route: (request) => (request as { route?: { path: string } }).route?.path }),
    );
  },
  Koa: async () => {
    const app = new Koa();
    app.use(async (ctx) => {
      ctx.body = await work();
    });
    return createServer(traceListener(app.callback() as RequestListener, { route: '/x' }));
  },
  Fastify: async () => {
    const app = fastify({ serverFactory: (handler) => createServer(traceListener(handler, { route: '/x' })) });
    app.get('/x', async () => work());
    await app.ready();
    return app.server;
  },
  Hono: async () => {
    const app = new Hono();
    app.get('/x', async (c) => c.text(await work()));
    return serveHono({
      fetch: app.fetch,
      port: 0,
      createServer: ((_options: object, listener: RequestListener) =>
        createServer(traceListener(listener, { route: '/x' }))) as typeof createServer,
    }) as Server;
  },
};

test.each(Object.keys(servers))(
  '%s: each request is a span of the caller’s trace, with the spans of the program below it',
  async (name) => {
    const server = await servers[name]!();
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, {
      headers: { traceparent: `00-${T}-00f067aa0ba902b7-01` },
    });
    expect([answer.status, await answer.text()]).toEqual([200, T]);
    const [inner, outer] = traces.spans();
    expect(outer).toMatchObject({
      name: 'GET /x',
      kind: 'server',
      traceId: T,
      parentSpanId: '00f067aa0ba902b7',
      attributes: { 'http.route': '/x', 'http.response.status_code': 200 },
    });
    expect(inner).toMatchObject({ name: 'work', parentSpanId: outer!.spanId });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
