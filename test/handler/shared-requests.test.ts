import { createHandler, Handler, Traced } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody } from '../../cli/src/viewer/collector';
import { decodeJaegerThrift } from '../../cli/src/viewer/jaeger-thrift';
import { buildTraces } from '../../src/testing/trace-tree';
import { inFreshProcess } from '../package/fresh-process';

const INVOCATIONS = 300;

@Handler({ name: 'ship', coldStartSpans: false })
class Ship {
  @Traced()
  async pack(id: number): Promise<number> {
    await sleep(id % 7);
    return id;
  }

  async handle(event: { id: number }): Promise<number> {
    await sleep(event.id % 11);
    return this.pack(event.id);
  }
}

test('over Jaeger, 300 concurrent invocations lose no spans and share requests, one at a time', async () => {
  const spans: SpanRecord[] = [];
  let open = 0;
  let most = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    most = Math.max(most, (open += 1));
    void readBody(request).then(async (body) => {
      spans.push(...decodeJaegerThrift(body));
      await sleep(3);
      open -= 1;
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const context = fakeFcContext({
    tracing: { jaegerEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/traces` },
  });
  const { handler } = createHandler(Ship, { flushTimeoutMillis: 10_000 });
  const answers = await Promise.all(
    Array.from({ length: INVOCATIONS }, async (_, id) => {
      const answer = await invoke(handler, { id }, context);
      // Its own trace was exported before it ended.
      expect(spans.filter(({ name }) => name === 'ship').length).toBeGreaterThan(0);
      return answer;
    }),
  );
  server.closeAllConnections();
  server.close();
  expect(answers).toEqual(Array.from({ length: INVOCATIONS }, (_, id) => id));
  expect(buildTraces(spans).filter(({ roots }) => roots.length === 1 && roots[0]!.children.length === 1)).toHaveLength(
    INVOCATIONS,
  );
  expect(spans).toHaveLength(2 * INVOCATIONS);
  expect(most).toBe(1);
  expect(requests).toBeLessThan(INVOCATIONS / 2);
});

test('over OTLP, 300 concurrent invocations lose no spans and share requests, one at a time', async () => {
  const seen = await inFreshProcess<{
    answers: number[];
    spans: number;
    wholeTraces: number;
    requests: number;
    most: number;
  }>(`
    const http = require('node:http');
    const { startCollector } = require(cli + 'viewer/collector.js');
    const { createHandler, Handler, Traced } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
    class Ship {
      async pack(id) { await sleep(id % 7); return id; }
      async handle({ id }) { await sleep(id % 11); return this.pack(id); }
    }
    Object.defineProperty(Ship.prototype, 'pack', Traced()(Ship.prototype, 'pack', Object.getOwnPropertyDescriptor(Ship.prototype, 'pack')));
    Handler({ name: 'ship', coldStartSpans: false })(Ship);
    const collector = await startCollector();
    let open = 0, most = 0;
    const front = http.createServer((request, response) => {
      most = Math.max(most, ++open);
      const onward = http.request(collector.otlpEndpoint, { method: 'POST', headers: request.headers }, (answer) => {
        setTimeout(() => { open -= 1; response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); }, 3);
      });
      request.pipe(onward);
    });
    await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
    const context = fakeFcContext({ tracing: { jaegerEndpoint: 'http://127.0.0.1:' + front.address().port + '/v1/traces' } });
    const { handler } = createHandler(Ship, { flushTimeoutMillis: 10000 });
    const answers = await Promise.all(Array.from({ length: ${INVOCATIONS} }, (_, id) => invoke(handler, { id }, context)));
    const spans = collector.spans();
    const tops = spans.filter(({ name }) => name === 'ship');
    const wholeTraces = tops.filter((top) => spans.filter(({ traceId, parentSpanId }) => traceId === top.traceId && parentSpanId === top.spanId).length === 1).length;
    report({ answers, spans: spans.length, wholeTraces, requests: collector.requests.otlp, most });
    process.exitCode = 0; front.close(); front.closeAllConnections(); await collector.close();
  `);
  expect(seen.answers).toEqual(Array.from({ length: INVOCATIONS }, (_, id) => id));
  expect([seen.spans, seen.wholeTraces, seen.most]).toEqual([2 * INVOCATIONS, INVOCATIONS, 1]);
  expect(seen.requests).toBeLessThan(INVOCATIONS / 2);
});
