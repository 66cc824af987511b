import { createHandler, Handler, HttpError, readBody } from 'fc-traced';
import type { Fc2Request, Fc2Response, FcContext, HttpEvent } from 'fc-traced';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { Readable } from 'node:stream';

@Handler()
class Api {
  async handle(event: HttpEvent): Promise<unknown> {
    if (event.rawPath === '/missing') throw new HttpError(404, 'none');
    const body = await readBody(event);
    return {
      statusCode: 200,
      headers: { 'set-cookie': ['a=1', 'b=2'], 'x-query': JSON.stringify(event.queryParameters) },
      body,
    };
  }
}
const { handler } = createHandler(Api);
const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** A response object like that of FC 2.0's runtime. */
class Resp implements Fc2Response {
  status = 200;
  readonly headers: Record<string, string | readonly string[]> = {};
  body: unknown;
  ended = 0;
  setStatusCode(code: number): void {
    this.status = code;
  }
  setHeader(name: string, value: string | readonly string[]): void {
    this.headers[name] = value;
  }
  send(body: string | Buffer | Readable): void {
    this.body = body;
    this.ended = traces.spans().length;
  }
}

function request(url: string, body: string | Buffer, headers: Record<string, string> = {}): Fc2Request {
  return Object.assign(Readable.from([Buffer.from(body)]), {
    method: 'POST',
    url,
    path: url.split('?')[0]!,
    clientIP: '10.0.0.9',
    headers,
    queries: {},
  });
}

test('a request of FC 2.0 is passed to the class as an event, and its response is sent after the span has ended', async () => {
  const response = new Resp();
  await handler(request('/a?x=1&x=2', Buffer.from([1, 255])), response, fakeFcContext());
  expect(response).toMatchObject({
    status: 200,
    headers: { 'set-cookie': ['a=1', 'b=2'], 'x-query': '{"x":"1,2"}' },
    body: Buffer.from([1, 255]),
    ended: 1,
  });
  expect(traces.only().roots[0]!.span).toMatchObject({
    kind: 'server',
    attributes: { 'url.path': '/a', 'client.address': '10.0.0.9', 'http.response.status_code': 200 },
  });
});

test('the parent is extracted from its headers, and an HttpError becomes its status', async () => {
  const response = new Resp();
  await handler(
    request('/missing', '', { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }),
    response,
    fakeFcContext(),
  );
  expect(response.status).toBe(404);
  expect(traces.spans()[0]).toMatchObject({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentSpanId: '00f067aa0ba902b7',
  });
});

test('the path is relative to the function, also if the URL contains the path of the function', async () => {
  const response = new Resp();
  await handler(
    Object.assign(request('/2016-08-15/proxy/shop/orders/a%20b?x=1', ''), { path: '/a%20b' }),
    response,
    fakeFcContext(),
  );
  expect(response.headers['x-query']).toBe('{"x":"1"}');
  expect(traces.spans()[0]!.attributes).toMatchObject({ 'url.path': '/a%20b', 'url.query': 'x=1' });
});

test('the lines of its logger contain the ids of the trace', async () => {
  @Handler()
  class Logging {
    handle(event: HttpEvent, { logger }: FcContext): void {
      logger?.info(event.rawPath);
    }
  }
  const lines: unknown[][] = [];
  const silent = (): void => {};
  const info = (...values: unknown[]): unknown => lines.push(values);
  const logger = { log: silent, debug: silent, info, warn: silent, error: silent };
  await createHandler(Logging).handler(request('/a', ''), new Resp(), { ...fakeFcContext(), logger });
  const [{ traceId, spanId }] = traces.spans() as [SpanRecord];
  expect(lines).toHaveLength(1);
  expect(String(lines[0])).toContain(traceId);
  expect(String(lines[0])).toContain(spanId);
});
