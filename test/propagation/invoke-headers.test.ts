import Client, { InvokeFunctionHeaders, InvokeFunctionRequest } from '@alicloud/fc20230330';
import { Config } from '@alicloud/openapi-core/dist/utils';
import { RuntimeOptions } from '@darabonba/typescript';
import { createHandler, Handler, invokeHeaders, traceHeaders, Traced, traceInvoke } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { readFcTracingHeaders } from '../../src/fc/tracing';

const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_CONTEXT = 'X-Fc-Tracing-Opentracing-Span-Context';

async function inHandler<R>(handle: () => R, tracing: object = {}): Promise<R> {
  class Once {
    handle(): R {
      return handle();
    }
  }
  Handler({ name: 'caller' })(Once);
  return (await invoke(createHandler(Once).handler, {}, fakeFcContext({ tracing }))) as R;
}

const sampled = { openTracingSpanContext: `${T}:00f067aa0ba902b7:0:1` };

describe('invokeHeaders', () => {
  test('outside of any invocation it returns no headers', () => {
    expect(invokeHeaders()).toEqual({});
  });

  test("FC's header has the same ids as traceparent, whether the invocation is recorded or not", async () => {
    const haveSameIds = (): boolean[] =>
      [1, 2, 3].map(() => {
        const headers = invokeHeaders();
        const [, traceId, spanId, flags] = headers.traceparent!.split('-');
        return headers[SPAN_CONTEXT] === `${traceId}:${spanId}:0:${Number(flags) & 1}` && traceId === T;
      });
    expect(await inHandler(haveSameIds, sampled)).toEqual([true, true, true]);
    expect(await inHandler(haveSameIds, { openTracingSpanContext: `${T}:1:0:0` })).toEqual([true, true, true]);
    const traces = recordTraces();
    expect(await inHandler(haveSameIds, sampled)).toEqual([true, true, true]);
    traces.stop();
  });

  test('each baggage item has its own percent-encoded header, and is the same when it is parsed', async () => {
    const items = { user: 'Amélie 你好', odd: 'a=1,b;c\r\nd+e%', empty: '' };
    const headers = await inHandler(invokeHeaders, {
      ...sampled,
      openTracingSpanBaggages: { ...items, 'no token': 'x' },
    });
    expect(headers[`${SPAN_CONTEXT}-Baggage-odd`]).toBe('a%3D1%2Cb%3Bc%0D%0Ad%2Be%25');
    expect(Object.keys(headers).filter((name) => name.includes('Baggage-'))).toHaveLength(3);
    for (const [name, value] of Object.entries(headers)) {
      expect([name, value]).toEqual([expect.stringMatching(/^[!-9;-~]+$/), expect.stringMatching(/^[\x20-\x7e]*$/)]);
    }
    expect(readFcTracingHeaders(headers).openTracingSpanBaggages).toEqual(items);
  });

  test('of keys that differ only in case the first is sent, because header names are case-insensitive', async () => {
    const headers = await inHandler(invokeHeaders, {
      ...sampled,
      openTracingSpanBaggages: { user: 'ann', USER: 'bob' },
    });
    expect(Object.entries(headers).filter(([name]) => /-baggage-user$/i.test(name))).toEqual([
      [`${SPAN_CONTEXT}-Baggage-user`, 'ann'],
    ]);
    expect(headers.baggage).toBe('user=ann,USER=bob');
  });
});

describe('traceInvoke', () => {
  test("returns the same object, keeps the program's headers, and replaces trace headers", async () => {
    const shared = Object.freeze({ 'x-own': '1', TraceParent: 'old', tracestate: 'old=1' });
    const headers = new InvokeFunctionHeaders({ xFcInvocationType: 'Async', commonHeaders: shared });
    expect(await inHandler(() => traceInvoke(headers) === headers)).toBe(true);
    expect(headers.xFcInvocationType).toBe('Async');
    expect(headers.commonHeaders).toEqual({
      'x-own': '1',
      traceparent: expect.stringMatching(/^00-/),
      [SPAN_CONTEXT]: expect.any(String),
    });
    expect(shared).toEqual({ 'x-own': '1', TraceParent: 'old', tracestate: 'old=1' });
  });

  test('an object that is used again has neither the trace nor the baggage of an earlier call', async () => {
    const headers: { commonHeaders?: Record<string, string> } = { commonHeaders: { 'x-own': '1' } };
    await inHandler(() => traceInvoke(headers), { ...sampled, openTracingSpanBaggages: { tenant: 'acme' } });
    expect(Object.keys(headers.commonHeaders!)).toEqual([
      'x-own',
      'traceparent',
      'baggage',
      SPAN_CONTEXT,
      `${SPAN_CONTEXT}-Baggage-tenant`,
    ]);
    await inHandler(() => traceInvoke(headers));
    expect(Object.keys(headers.commonHeaders!)).toEqual(['x-own', 'traceparent', SPAN_CONTEXT]);
    expect(JSON.stringify(headers)).not.toContain(T);
    expect(traceInvoke(headers)).toEqual({ commonHeaders: { 'x-own': '1' } });
  });

  test('an object that cannot be changed is returned unchanged', async () => {
    const frozen = Object.freeze({ commonHeaders: { 'x-own': '1' } });
    expect(await inHandler(() => traceInvoke(frozen) === frozen)).toBe(true);
    expect(frozen).toEqual({ commonHeaders: { 'x-own': '1' } });
  });

  test('accepts a plain object, or no argument', async () => {
    expect(
      await inHandler(() =>
        Object.keys(traceInvoke({ other: 1 } as { other: number; commonHeaders?: Record<string, string> })),
      ),
    ).toEqual(['other', 'commonHeaders']);
    expect(await inHandler(() => Object.keys(traceInvoke().commonHeaders))).toEqual(['traceparent', SPAN_CONTEXT]);
    expect(traceInvoke()).toEqual({ commonHeaders: {} });
  });

  test('a call of the official client carries the ids of the span that makes it', async () => {
    const requests: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += String(chunk)))
        .on('end', () => {
          requests.push({ url: request.url, headers: request.headers, body });
          response.end('answered');
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const traces = recordTraces();
    try {
      const client = new Client(
        new Config({
          accessKeyId: 'FAKE',
          accessKeySecret: 'FAKE',
          protocol: 'http',
          endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        }),
      );
      class Stock {
        @Traced({ kind: 'client' })
        async reserve(sku: string): Promise<string> {
          const request = new InvokeFunctionRequest({ body: Readable.from([Buffer.from(sku)]) });
          const { body } = await client.invokeFunctionWithOptions(
            'stock',
            request,
            traceInvoke(new InvokeFunctionHeaders({ xFcInvocationType: 'Sync' })),
            new RuntimeOptions({}),
          );
          return (await body!.toArray()).join('');
        }
      }
      expect(
        await inHandler(() => new Stock().reserve('teapot'), {
          openTracingSpanContext: `${T}:1:0:1`,
          openTracingSpanBaggages: { user: 'ann' },
        }),
      ).toBe('answered');

      expectTrace(traces.only()).toMatchTree('caller\n  Stock.reserve');
      const { spanId } = traces.spans().find(({ name }) => name === 'Stock.reserve')!;
      expect(requests).toMatchObject([
        {
          url: '/2023-03-30/functions/stock/invocations',
          body: 'teapot',
          headers: {
            authorization: expect.stringMatching(/^ACS3-HMAC-SHA256 /),
            'x-fc-invocation-type': 'Sync',
            traceparent: `00-${T}-${spanId}-01`,
            baggage: 'user=ann',
            'x-fc-tracing-opentracing-span-context': `${T}:${spanId}:0:1`,
            'x-fc-tracing-opentracing-span-context-baggage-user': 'ann',
          },
        },
      ]);
    } finally {
      traces.stop();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    }
  });

  test('the called function continues the trace and receives the baggage', async () => {
    const traces = recordTraces();
    const headers = await inHandler(() => invokeHeaders(), {
      openTracingSpanContext: `${T}:1:0:1`,
      openTracingSpanBaggages: { user: 'ann' },
    });
    const seen = await inHandler(() => traceHeaders().baggage, readFcTracingHeaders(headers));
    traces.stop();
    expect(seen).toBe('user=ann');
    expectTrace(traces.only()).toMatchTree('caller\n  caller');
  });
});
