import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import type { FcContext, HttpEvent } from '../../src/index';
import { serve } from '../../src/server';
import type { RunningServer, ServeOptions } from '../../src/server';

type Seen = readonly [event: HttpEvent, context: FcContext];

/** Serves a class that keeps what it gets, makes one request, and returns that and the request as the server saw it. */
async function request(target: string, init: RequestInit = {}, options: ServeOptions = {}) {
  const seen: Seen[] = [];
  const received: IncomingMessage[] = [];
  class Api {
    handle(event: HttpEvent, context: FcContext): string {
      seen.push([event, context]);
      return 'ok';
    }
  }
  const running: RunningServer = await serve(Api, { port: 0, host: '127.0.0.1', ...options });
  try {
    running.server.prependListener('request', (incoming: IncomingMessage) => received.push(incoming));
    const response = await fetch(`http://127.0.0.1:${running.port}${target}`, init);
    expect(await response.text()).toBe('ok');
  } finally {
    await running.close();
  }
  const [[event, context], incoming] = [seen[0]!, received[0]!];
  return { event, context, incoming };
}

const OBJECTS: readonly [string, (seen: Awaited<ReturnType<typeof request>>) => object][] = [
  ['the event', ({ event }) => event],
  ['its headers', ({ event }) => event.headers],
  ['its query parameters', ({ event }) => event.queryParameters],
  ['its request context', ({ event }) => event.requestContext],
  ["FC's context", ({ context }) => ({ ...context, logger: undefined })],
  ['the function in it', ({ context }) => context.function],
  ['the logger in it', ({ context }) => context.logger!],
];

test.each(OBJECTS)('%s is an ordinary object whose properties are values', async (_, objectOf) => {
  const object = objectOf(await request('/orders?id=7&id=8&name=a%20b'));
  expect(Reflect.getPrototypeOf(object)).toBe(Object.prototype);
  for (const [key, { value, ...flags }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    expect([key, flags]).toEqual([key, { writable: true, enumerable: true, configurable: true }]);
    expect(Reflect.get(object, key)).toBe(value);
  }
  expect(inspect(object)).not.toContain('Getter');
});

test('the event can be cloned, spread, printed as JSON, frozen and changed', async () => {
  const { event } = await request('/orders?id=7');
  expect(structuredClone(event)).toStrictEqual(event);
  expect(JSON.parse(JSON.stringify({ ...event }))).toStrictEqual(event);
  expect(Object.isFrozen(Object.freeze({ ...event }))).toBe(true);
  Reflect.set(event.headers, 'x-added', 'yes');
  Reflect.deleteProperty(event, 'queryParameters');
  expect([event.headers['x-added'], 'queryParameters' in event]).toEqual(['yes', false]);
});

test('what a handler changes in its event is not in the next one', async () => {
  const { event } = await request('/');
  Reflect.set(event.headers, 'x-added', 'yes');
  const { event: next } = await request('/');
  expect(next.headers).not.toHaveProperty('x-added');
});

test.each([
  ['?a=1&a=2&b&=c&&d=', { a: '1,2', b: '', '': 'c', d: '' }],
  ['?a=1+2&b=%C3%A9&c=%zz', { a: '1 2', b: 'é', c: '%zz' }],
  ['?a=b=c', { a: 'b=c' }],
  ['?', {}],
  ['', {}],
])('the query %j has the parameters of a URL', async (query, expected) => {
  const { event } = await request(`/${query}`);
  expect(event.queryParameters).toEqual(expected);
  const names = [...new Set(new URLSearchParams(query).keys())];
  expect(Object.keys(event.queryParameters).sort()).toEqual(names.sort());
});

test('names of inherited properties are ordinary names', async () => {
  const { event } = await request('/?__proto__=1&constructor=2&constructor=3');
  expect(Object.entries(event.queryParameters)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2,3'],
  ]);
  expect(Reflect.getPrototypeOf(event.queryParameters)).toBe(Object.prototype);
});

test('the stream of a request without a body is not read', async () => {
  const { event, incoming } = await request('/');
  expect(event).toMatchObject({ body: '', isBase64Encoded: false });
  expect(incoming.listenerCount('data')).toBe(0);
});

test.each([
  ['a text', 'ä', 'ä', false],
  ['bytes', Buffer.from([0xff, 0]), '/wA=', true],
  ['an empty body', '', '', false],
])('the body of a request is read: %s', async (_, body, expected, isBase64Encoded) => {
  const { event } = await request('/', { method: 'POST', body });
  expect(event).toMatchObject({ body: expected, isBase64Encoded });
});

test.each([[true], [false]])(
  'lines of the logger have the ids of the trace: logCorrelation %s',
  async (logCorrelation) => {
    const lines: string[] = [];
    const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    class Api {
      handle(_: HttpEvent, { logger }: FcContext): void {
        logger!.info('order %d', 7);
      }
    }
    const { port, close } = await serve(Api, { port: 0, host: '127.0.0.1', logCorrelation });
    try {
      await fetch(`http://127.0.0.1:${port}/`);
    } finally {
      await close();
      log.mockRestore();
    }
    expect(lines).toEqual([expect.stringMatching(/ \[info\] order 7/)]);
    expect(lines[0]!.includes('trace_id=')).toBe(logCorrelation);
  },
);
