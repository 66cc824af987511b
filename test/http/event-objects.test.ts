import { createHandler, Handler } from 'fc-traced';
import type { Fc2Response, HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { Readable } from 'node:stream';
import { inspect, isDeepStrictEqual } from 'node:util';
import { rawRequest } from '../server/raw-request';

let last: HttpEvent | undefined;
@Handler()
class Api {
  handle(event: HttpEvent): string {
    last = event;
    return 'ok';
  }
}
const { handler } = createHandler(Api);

type Pairs = readonly (readonly [name: string, value: string])[];
const queryOf = (query: Pairs): string => query.map(([name, value]) => `${name}=${value}`).join('&');

/** Passes a request with these headers and query parameters to the class, in each of the three forms. */
const FORMS: Record<string, (headers: Pairs, query: Pairs) => Promise<unknown>> = {
  'a built-in runtime of FC 3.0': (headers, query) =>
    invoke(handler, {
      version: 'v1',
      rawPath: '/',
      body: '',
      isBase64Encoded: false,
      headers: Object.fromEntries(headers),
      queryParameters: Object.fromEntries(query),
      requestContext: { http: { method: 'GET', path: '/' } },
    }),
  'FC 2.0': (headers, query) => {
    const request = Readable.from([Buffer.alloc(0)]);
    const parts = { method: 'GET', url: `/?${queryOf(query)}`, path: '/', headers: Object.fromEntries(headers) };
    const response: Fc2Response = { setStatusCode: () => {}, setHeader: () => {}, send: () => {} };
    return handler(Object.assign(request, parts), response, fakeFcContext());
  },
  'a custom runtime': async (headers, query) => {
    const server = await serve(Api, { port: 0, host: '127.0.0.1' });
    const lines = [...headers, ['host', 'a'], ['connection', 'close']].map(([name, value]) => `${name}: ${value}\r\n`);
    await rawRequest(server.port, `GET /?${queryOf(query)} HTTP/1.1\r\n${lines.join('')}\r\n`, 2_000);
    await server.close();
  },
};

async function eventOf(form: string, headers: Pairs, query: Pairs): Promise<HttpEvent> {
  last = undefined;
  await FORMS[form]!(headers, query);
  return last!;
}

/** Uses of an ordinary object, with the results for `{ a: '1' }`. */
const USES: readonly [name: string, use: (object: Record<string, string>) => unknown, result: unknown][] = [
  // oxlint-disable-next-line no-prototype-builtins -- programs do this
  ['hasOwnProperty', (object) => [object.hasOwnProperty('a'), object.hasOwnProperty('b')], [true, false]],
  ['propertyIsEnumerable', (object) => object.propertyIsEnumerable('a'), true],
  ['a template string', (object) => `${object as unknown as string}`, '[object Object]'],
  ['concatenation', (object) => `x`.concat(object as unknown as string), 'x[object Object]'],
  ['valueOf', (object) => object.valueOf() === object, true],
  ['instanceof', (object) => object instanceof Object, true],
  ['constructor', (object) => object.constructor === Object, true],
  ['deepStrictEqual', (object) => isDeepStrictEqual(object, { a: '1' }), true],
  ['util.inspect', (object) => inspect(object), "{ a: '1' }"],
];

describe.each(Object.keys(FORMS))('the event of %s', (form) => {
  test.each(USES)('has query parameters that are an ordinary object: %s', async (_, use, result) => {
    const { queryParameters } = await eventOf(form, [], [['a', '1']]);
    expect(use(queryParameters)).toEqual(result);
  });

  test('has headers that are an ordinary object', async () => {
    const { headers } = await eventOf(form, [['x-a', '1']], []);
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect([Object.hasOwn(headers, 'x-a'), `${headers as unknown as string}`]).toEqual([true, '[object Object]']);
    expect(structuredClone(headers)).toEqual({ ...headers });
  });

  test('has hostile names of query parameters as own properties, and changes no prototype', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'then'];
    const { queryParameters } = await eventOf(
      form,
      [],
      names.map((name) => [name, `<${name}>`]),
    );
    expect(Object.entries(queryParameters)).toEqual(names.map((name) => [name, `<${name}>`]));
    expect(Object.getPrototypeOf(queryParameters)).toBe(Object.prototype);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).toString).toBe(Object.prototype.toString);
  });

  test('has hostile names of headers as own properties', async () => {
    const names = ['constructor', 'tostring', 'valueof', '__definegetter__'];
    const { headers } = await eventOf(
      form,
      names.map((name) => [name, `<${name}>`]),
      [],
    );
    for (const name of names) expect(Object.getOwnPropertyDescriptor(headers, name)?.value).toBe(`<${name}>`);
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });
});

test('a hostile query parameter that occurs several times is joined like any other', async () => {
  const { queryParameters } = await eventOf(
    'a custom runtime',
    [],
    [
      ['__proto__', '1'],
      ['constructor', '2'],
      ['__proto__', '3'],
      ['constructor', '4'],
    ],
  );
  expect(Object.entries(queryParameters)).toEqual([
    ['__proto__', '1,3'],
    ['constructor', '2,4'],
  ]);
});

test.each([1_500.5, Number.NaN])('the time of a request is a date where Date.now returns %p', async (now) => {
  const replaced = jest.spyOn(Date, 'now').mockReturnValue(now);
  const { time, timeEpoch } = (await eventOf('FC 2.0', [], [])).requestContext;
  replaced.mockRestore();
  expect(new Date(Number(timeEpoch)).toISOString()).toBe(time);
  expect(Math.abs(Date.now() - Number(timeEpoch))).toBeLessThan(60_000);
});
