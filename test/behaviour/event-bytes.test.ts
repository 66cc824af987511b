import { createHandler, forEachRecord, Handler, InjectEvent, readJson, Service } from 'fc-traced';
import type { HandlerOptions, HttpEvent, KafkaEvent } from 'fc-traced';
import { expectTrace, fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { inspect } from 'node:util';
import { traceparent } from '../triggers/carriers';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Echo {
  handle(event: unknown): unknown {
    return event;
  }
}
const decoded = createHandler(Echo).handler;
const exact = createHandler(Echo, { event: 'bytes', http: false }).handler;

describe('JSON behind a byte-order mark is decoded', () => {
  const json = '{"town":"Zürich"}';
  const value = { town: 'Zürich' };
  test.each([
    ['UTF-8', Buffer.from(`\uFEFF${json}`)],
    ['UTF-16, little-endian', Buffer.from(`\uFEFF${json}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\uFEFF${json}`, 'utf16le').swap16()],
    ['a string', `\uFEFF${json}`],
  ])('%s', async (_, event) => {
    expect(await decoded(event, fakeFcContext())).toEqual(value);
  });

  test('an array, a number, and a record of a batch that is a string', async () => {
    expect(await decoded(Buffer.from('\uFEFF[1]'), fakeFcContext())).toEqual([1]);
    expect(await decoded(Buffer.from('\uFEFF 7'), fakeFcContext())).toBe(7);
    const batch = fakeEvent('kafka').map((record) => `\uFEFF${JSON.stringify(record)}`);
    const { handler } = createHandler(Echo, { trigger: 'kafka' });
    expect(await invoke(handler, batch)).toEqual(fakeEvent('kafka'));
  });

  test('the body of an HTTP request', async () => {
    expect(await readJson({ body: '\uFEFF{"sku":"tea"}', isBase64Encoded: false })).toEqual({ sku: 'tea' });
    const body = Buffer.from('\uFEFF{"sku":"tea"}').toString('base64');
    expect(await readJson({ body, isBase64Encoded: true })).toEqual({ sku: 'tea' });
  });

  test.each([
    ['a mark alone', Buffer.from('\uFEFF')],
    ['two marks', Buffer.from('\uFEFF\uFEFF{}')],
    ['a mark that is not at the start', Buffer.from('{\uFEFF}')],
    ['text behind a mark', Buffer.from('\uFEFFtea')],
    ['UTF-16 with half a character', Buffer.from('\uFEFF{}', 'utf16le').subarray(0, 5)],
    ['UTF-16 without a mark', Buffer.from('{}', 'utf16le')],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x37, 0, 0, 0])],
  ])('%s is not JSON, and stays the object that FC passed', async (_, bytes) => {
    expect(await decoded(bytes, fakeFcContext())).toBe(bytes);
  });
});

describe("with event: 'bytes', the method gets the exact bytes", () => {
  test.each([
    ['an integer beyond 2^53', '12345678901234567890'],
    ['a decimal with many digits', '{"price":0.12345678901234567890123}'],
    ['a number out of range', '[1e400,-1e-400]'],
    ['a key that occurs twice', '{"id":1,"id":2}'],
    ['white space and escapes', ' {"a" : "\\u00e9\\/"}\r\n'],
    ['a byte-order mark', '\uFEFF{}'],
    ['no JSON', 'tea'],
    ['nothing', ''],
    ['an HTTP request, with http: false', JSON.stringify(fakeEvent('http'))],
  ])('%s', async (_, text) => {
    const bytes = Buffer.from(text);
    expect(await exact(bytes, fakeFcContext())).toBe(bytes);
    expect(bytes.toString()).toBe(text);
  });

  test('CBOR, and bytes that are not UTF-8', async () => {
    for (const bytes of [fakeEvent('tablestore'), Buffer.from([0xff, 0x00])]) {
      expect(await exact(bytes, fakeFcContext())).toBe(bytes);
    }
  });

  test('a Uint8Array as a Buffer of the same memory, and a string as UTF-8', async () => {
    const bytes = Uint8Array.from([0x78, 0x31, 0x32, 0x78]).subarray(1, 3);
    const event = (await exact(bytes, fakeFcContext())) as Buffer;
    expect(Buffer.isBuffer(event) && event.buffer === bytes.buffer && event.toString()).toBe('12');
    expect(await exact('"é"', fakeFcContext())).toEqual(Buffer.from('"é"'));
  });

  test('an HTTP request is an HttpEvent, whose body is exact', async () => {
    class Api {
      handle(event: HttpEvent | Buffer): string {
        return Buffer.isBuffer(event) ? 'bytes' : event.body;
      }
    }
    const { handler } = createHandler(Api, { event: 'bytes' });
    const event = fakeEvent('http', { body: '12345678901234567890' });
    expect(await invoke(handler, event)).toMatchObject({ statusCode: 200, body: '12345678901234567890' });
  });
});

test('the trace is the same as with a decoded event', async () => {
  const batch = fakeEvent('rocketmq', [
    { data: { userProperties: { traceparent: traceparent('1') } } },
    { data: { userProperties: { traceparent: traceparent('2') } } },
  ]);
  const trees = [];
  for (const event of ['decoded', 'bytes'] as const) {
    for (const parent of [undefined, 'message'] as const) {
      const options: HandlerOptions = { name: 'orders', trigger: 'rocketmq', event, ...(parent && { parent }) };
      await invoke(createHandler(Echo, options).handler, batch, fakeFcContext({ requestId: 'r-1' }));
      trees.push(traces.only().spans.map((span) => [span.name, span.attributes, span.links]));
      traces.clear();
    }
  }
  expect(trees[0]![1]![2]).toHaveLength(2);
  expect(trees.slice(2)).toEqual(trees.slice(0, 2));
});

test('an event of another trigger is rejected as with a decoded event', async () => {
  const { handler } = createHandler(Echo, { event: 'bytes', trigger: 'oss' });
  await expect(invoke(handler, fakeEvent('timer'))).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  expect(Buffer.isBuffer(await invoke(handler, fakeEvent('oss')))).toBe(true);
});

test('the functions of options get the decoded event', async () => {
  const seen: unknown[] = [];
  const { handler } = createHandler(Echo, {
    event: 'bytes',
    parent: (event) => void seen.push(event),
  });
  await invoke(handler, { id: 7 });
  expect(seen).toEqual([{ id: 7 }]);
});

test('@InjectEvent injects the bytes: the same object, and in a singleton a proxy with working methods', async () => {
  @Service({ scope: 'singleton' })
  class Single {
    constructor(@InjectEvent() readonly event: Buffer) {}
    read(): unknown[] {
      const { event } = this;
      return [event.toString(), event.length, event[1], event.subarray(1).toString(), Buffer.from(event), [...event]];
    }
  }
  @Handler({ event: 'bytes' })
  class Uses {
    constructor(
      readonly single: Single,
      @InjectEvent() readonly event: Buffer,
    ) {}
    handle(event: Buffer): unknown {
      return [event === this.event, this.single.read()];
    }
  }
  const { handler } = createHandler(Uses);
  for (const text of ['12', '345']) {
    const bytes = Buffer.from(text);
    expect(await handler(bytes, fakeFcContext())).toEqual([
      true,
      [text, bytes.length, bytes[1], text.slice(1), bytes, [...bytes]],
    ]);
  }
});

describe('forEachRecord', () => {
  const ids = '[12345678901234567890,98765432109876543210]';
  const batch = JSON.stringify(
    fakeEvent('kafka', [
      { data: { topic: 'orders', headers: { headers: [{ traceparent: traceparent('1') }], isReadOnly: false } } },
      { data: { topic: 'orders', value: 'second' } },
    ]),
  ).replace('"second"', ids);

  test.each([1, 0])('decodes bytes, and gives each record its span (ratio %d)', async (sampleRatio) => {
    const values: unknown[] = [];
    class Orders {
      async handle(event: Buffer): Promise<unknown> {
        return forEachRecord<KafkaEvent>(event, ({ data }) => void values.push(data.topic));
      }
    }
    const { handler } = createHandler(Orders, { name: 'shop', event: 'bytes', sampleRatio });
    expect(await invoke(handler, batch)).toEqual({ count: 2, failures: [] });
    expect(values).toEqual(['orders', 'orders']);
    if (sampleRatio === 0) return expect(traces.traces()).toEqual([]);
    expectTrace(traces.only()).toMatchTree(`
      shop
        process orders
          process orders
          process orders
    `);
  });

  test('accepts what the program parsed with its own parser, which keeps all digits', async () => {
    const values: unknown[] = [];
    // Numbers of more than 15 digits become a BigInt.
    const parse = (bytes: Buffer): KafkaEvent =>
      JSON.parse(bytes.toString().replaceAll(/(?<=[[,:])\d{16,}(?=[\],}])/g, '"$&n"'), (_, value: unknown) =>
        typeof value === 'string' && /^\d{16,}n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
      ) as KafkaEvent;
    class Orders {
      async handle(event: Buffer): Promise<unknown> {
        return forEachRecord(parse(event), ({ data }) => void values.push(data.value), { onFailure: 'report' });
      }
    }
    const { handler } = createHandler(Orders, { name: 'shop', event: 'bytes' });
    expect(await invoke(handler, batch)).toEqual({ count: 2, failures: [] });
    expect(inspect(values[1])).toBe('[ 12345678901234567890n, 98765432109876543210n ]');
    expect(traces.only().spans.filter(({ links }) => links.length > 0)).toHaveLength(2);
    expectTrace(traces.only()).toMatchTree(`
      shop
        process orders
          process orders
          process orders
    `);
  });

  test('calls the function once for bytes that are no batch', async () => {
    const bytes = Buffer.from([0xff, 0x01]);
    const seen: unknown[] = [];
    expect(await forEachRecord(bytes, (record) => void seen.push(record))).toEqual({ count: 1, failures: [] });
    expect(seen).toEqual([bytes]);
  });
});
