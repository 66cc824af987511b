/** @jest-environment jsdom */
// Runs in jest's jsdom, and in vitest's vmThreads. In both, the globals of the tests, such as Date, Error, Uint8Array and
// AbortSignal, are not those of Node.js's own modules.
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { runInNewContext } from 'node:vm';
import { createHandler, currentSpan, Handler, InjectEvent, secret, Service, traced, Traced } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

/** Evaluates an expression in a further realm, as a library that runs in a `vm` does. */
const inOtherRealm = <T>(expression: string): T => runInNewContext(expression, { AbortController }) as T;

@Service()
class Stock {
  @Traced({ attributes: (sku: string, at: Date) => ({ 'order.sku': sku, 'order.at': at as never }) })
  sync(sku: string, _at: Date): string {
    return sku;
  }

  @Traced()
  async later(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    currentSpan().addEvent('awaited');
    return 1;
  }

  @Traced()
  *parts(): Generator<number> {
    yield 1;
    yield 2;
  }

  @Traced()
  async *laterParts(): AsyncGenerator<number> {
    yield 1;
    await this.later();
    yield 2;
  }

  @Traced({ countStream: true })
  stream(): Readable {
    return Readable.from([Buffer.from('ab'), Buffer.from('c')]);
  }

  @Traced()
  web(): ReadableStream<string> {
    return new ReadableStream<string>({
      start(controller) {
        controller.enqueue('hello');
        controller.close();
      },
    });
  }

  @Traced()
  fail(error: Error): never {
    throw error;
  }

  @Traced()
  async cancellable(signal: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

type Call = (stock: Stock, event: unknown) => unknown;
let call: Call;

@Handler({ name: 'realm' })
class Realm {
  constructor(
    private readonly stock: Stock,
    @InjectEvent() private readonly event: unknown,
  ) {}

  async handle(): Promise<unknown> {
    return call(this.stock, this.event);
  }
}

const traces = recordTraces();
const { handler } = createHandler(Realm, { http: false });
beforeEach(() => traces.clear());
afterAll(() => traces.stop());

async function run(program: Call, event: unknown = {}): Promise<unknown> {
  call = program;
  return invoke(handler, event);
}
const attributesOf = (name: string): Record<string, unknown> =>
  traces.spans().find((span) => span.name === name)!.attributes;
const eventsOf = (name: string): string[] =>
  traces
    .spans()
    .find((span) => span.name === name)!
    .events.map((event) => event.name);

test('injects services, and sync methods stay sync', async () => {
  expect(await run((stock) => stock.sync('teapot', new Date(0)))).toBe('teapot');
  expectTrace(traces.only()).toMatchTree('realm\n└─ Stock.sync');
});

test.each([
  ['this realm', () => new Date(0)],
  ['another realm', () => inOtherRealm<Date>('new Date(0)')],
])('a Date of %s is an attribute', async (_realm, date) => {
  await run((stock) => stock.sync('teapot', date()));
  expect(attributesOf('Stock.sync')['order.at']).toBe('1970-01-01T00:00:00.000Z');
});

test('the trace follows async methods, generators and async generators', async () => {
  const seen = await run(async (stock) => {
    const numbers: number[] = [await stock.later(), ...stock.parts()];
    for await (const part of stock.laterParts()) numbers.push(part);
    return numbers;
  });
  expect(seen).toEqual([1, 1, 2, 1, 2]);
  expectTrace(traces.only()).toMatchTree(
    'realm\n├─ Stock.later\n├─ Stock.parts\n└─ Stock.laterParts\n   └─ Stock.later',
  );
  expect(eventsOf('Stock.later')).toEqual(['awaited']);
});

test('streams end their span when they have been read, and bytes are counted', async () => {
  await run(async (stock) => {
    for await (const _chunk of stock.stream()) currentSpan();
    for await (const _chunk of stock.web()) currentSpan();
  });
  expectTrace(traces.only()).toMatchTree('realm\n├─ Stock.stream\n└─ Stock.web');
  expect([...eventsOf('Stock.stream'), ...eventsOf('Stock.web')]).toEqual([]);
  expect(Object.values(attributesOf('Stock.stream'))).toEqual(expect.arrayContaining([2, 3]));
});

test.each([
  ['this realm', () => new TypeError('broken')],
  ['another realm', () => inOtherRealm<Error>("new TypeError('broken')")],
])('an Error of %s is recorded with its type and message, and reaches the caller', async (_realm, create) => {
  const error = create();
  let seen: unknown;
  await run(async (stock) => {
    try {
      stock.fail(error);
    } catch (caught) {
      seen = caught;
    }
  });
  expect(seen).toBe(error);
  const { status, events } = traces.spans().find((span) => span.name === 'Stock.fail')!;
  expect(status.code).toBe('ERROR');
  expect(events.map((event) => event.attributes)).toEqual([
    expect.objectContaining({ 'exception.type': 'TypeError', 'exception.message': 'broken' }),
  ]);
});

test.each([
  ['a Buffer', () => Buffer.from('{"n":1}')],
  ['a Uint8Array of this realm', () => new Uint8Array([...Buffer.from('{"n":1}')])],
  [
    'a Uint8Array of another realm',
    () => inOtherRealm<Uint8Array>(`Uint8Array.from([${[...Buffer.from('{"n":1}')].join()}])`),
  ],
])('%s as an event is decoded', async (_what, bytes) => {
  let seen: unknown;
  call = (_stock, event) => void (seen = event);
  await handler(bytes() as never, { requestId: '1', function: { name: 'realm' } } as never);
  expect(seen).toEqual({ n: 1 });
});

test.each([
  ['this realm', () => new AbortController()],
  ['another realm', () => inOtherRealm<AbortController>('new AbortController()')],
])('an AbortSignal of %s cancels the call without an error', async (_realm, create) => {
  const controller = create();
  await run(async (stock) => {
    const running = stock.cancellable(controller.signal);
    controller.abort();
    await running.catch(() => undefined);
  });
  expect(eventsOf('Stock.cancellable')).toEqual(['fc_traced.cancelled']);
  expect(traces.spans().find((span) => span.name === 'Stock.cancellable')!.status.code).toBe('UNSET');
});

test('a secret is not recorded, and functions are traced', async () => {
  const greet = traced(
    function greet(name: string) {
      return `Hello ${name}`;
    },
    { attributes: (name) => ({ 'user.note': `for ${name}` }) },
  );
  secret('teapot-4711');
  expect(await run(() => greet('teapot-4711'))).toBe('Hello teapot-4711');
  expectTrace(traces.only()).toMatchTree('realm\n└─ greet');
  expect(JSON.stringify(attributesOf('greet'))).not.toContain('4711');
});
