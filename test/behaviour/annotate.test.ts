import { Annotate, annotate, createHandler, FcTracedError, Handler, secret, Traced } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Stock {
  readonly shelf = 'shelf-6';
  @Annotate({
    attributes(this: Stock, sku) {
      return { 'stock.sku': sku, 'stock.shelf': this.shelf };
    },
    resultAttributes: (left) => ({ 'stock.left': left }),
  })
  async take(this: Stock, sku: string): Promise<number> {
    await Promise.resolve();
    return sku.length;
  }
  @Annotate({ resultAttributes: (left) => ({ 'stock.left': left }) })
  count(): number {
    return 9;
  }
  @Annotate({ resultAttributes: (left) => ({ 'stock.left': left }) })
  fail(): never {
    throw new Error('no stock');
  }
  @Annotate({ resultAttributes: (left: number) => ({ 'stock.left': left }) })
  refuse(): Promise<number> {
    return Promise.reject(new Error('no stock'));
  }
}
class Orders {
  @Traced()
  async ship(sku: string): Promise<number> {
    return new Stock().take(sku);
  }
  @Traced()
  call(work: () => unknown): unknown {
    return work();
  }
}

test('@Annotate adds attributes of arguments and awaited result to the active span and starts no span', async () => {
  expect(await new Orders().ship('teapot')).toBe(6);
  expectTrace(traces.only()).toMatchTree({
    name: 'Orders.ship',
    attributes: { 'stock.sku': 'teapot', 'stock.shelf': 'shelf-6', 'stock.left': 6 },
  });
});

test('@Annotate adds attributes to the invocation span if no method is traced', async () => {
  @Handler({ name: 'plain' })
  class Plain {
    handle(): Promise<number> {
      return new Stock().take('pot');
    }
  }
  expect(await invoke(createHandler(Plain).handler)).toBe(3);
  expectTrace(traces.only()).toMatchTree({ name: 'plain', attributes: { 'stock.left': 3 } });
});

test('with @Annotate, errors reach the caller and resultAttributes is not called', async () => {
  const stock = new Stock();
  expect(() => new Orders().call(() => stock.fail())).toThrow('no stock');
  await expect(new Orders().call(() => stock.refuse())).rejects.toThrow('no stock');
  for (const { attributes } of traces.spans()) expect(attributes).not.toHaveProperty(['stock.left']);
  expect(traces.spans()).toHaveLength(2);
});

test('without a recorded span, the functions of @Annotate are not called', async () => {
  let runs = 0;
  class Quiet {
    @Annotate({ attributes: () => ({ runs: (runs += 1) }) })
    work(): number {
      return 1;
    }
  }
  @Handler()
  class Unsampled {
    handle(): number {
      return new Quiet().work();
    }
  }
  expect(new Quiet().work()).toBe(1);
  expect(
    await invoke(
      createHandler(Unsampled).handler,
      {},
      fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } }),
    ),
  ).toBe(1);
  expect([runs, traces.spans()]).toEqual([0, []]);
});

test.each<[string, () => unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('mine');
    },
    'attributes() threw',
  ],
  ['returns a promise that rejects', () => Promise.reject(new Error('late')), 'attributes() returned no object'],
])(
  'a function of @Annotate that %s causes an event on the span and does not affect the call',
  async (_, attributes, problem) => {
    class Faulty {
      @Annotate({ attributes: attributes as () => Record<string, unknown> })
      work(): number {
        return 1;
      }
    }
    expect(new Orders().call(() => new Faulty().work())).toBe(1);
    expect(traces.spans()[0]!.events.map((event) => event.attributes)).toEqual([{ 'fc_traced.problem': problem }]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  },
);

test('@Annotate adds the return value of a generator to the span that was active at the call', async () => {
  class Rows {
    @Annotate({ resultAttributes: (count) => ({ 'rows.count': count }) })
    *sync(): Generator<string, number> {
      yield 'row';
      return 1;
    }
    @Annotate({ resultAttributes: (count) => ({ 'rows.more': count }) })
    async *async(): AsyncGenerator<string, number> {
      yield 'row';
      return 2;
    }
    @Traced()
    async read(): Promise<string[]> {
      const found = [...this.sync()];
      for await (const row of this.async()) found.push(row);
      return found;
    }
  }
  expect(await new Rows().read()).toEqual(['row', 'row']);
  expectTrace(traces.only()).toMatchTree({ name: 'Rows.read', attributes: { 'rows.count': 1, 'rows.more': 2 } });
});

test('@Annotate does not start a lazy query', async () => {
  let runs = 0;
  class Query extends Promise<number> {
    override then<A, B>(...reactions: Parameters<Promise<number>['then']>): Promise<A | B> {
      runs += 1;
      return super.then(...reactions) as Promise<A | B>;
    }
  }
  class Rows {
    @Annotate({ resultAttributes: () => ({ seen: true }) })
    find(): Query {
      return new Query((resolve) => resolve(1));
    }
  }
  const query = new Orders().call(() => new Rows().find());
  expect([query instanceof Query, runs]).toEqual([true, 0]);
  expect(await query).toBe(1);
});

test('@Annotate keeps name, length and this', () => {
  expect([Stock.prototype.take.name, Stock.prototype.take.length]).toEqual(['take', 1]);
  expect(new Stock().count.call({})).toBe(9);
});

test.each<[string, () => unknown, string, string]>([
  [
    'without options',
    () => Annotate({}),
    'INVALID_OPTION',
    '@Annotate requires the option "attributes" or "resultAttributes", a function that returns attributes. [INVALID_OPTION]',
  ],
  [
    'without parentheses',
    () => {
      class Bare {
        declare work: () => void;
      }
      return (Annotate as any)(Bare.prototype, 'work', {});
    },
    'INVALID_OPTION',
    '@Annotate requires the option "attributes" or "resultAttributes", a function that returns attributes. [INVALID_OPTION]',
  ],
  [
    'on a getter',
    () => {
      class Getter {
        @Annotate({ attributes: () => ({}) }) get size(): any {
          return 1;
        }
      }
      return Getter;
    },
    'INVALID_TARGET',
    '@Annotate cannot decorate size, which is not a method. [INVALID_TARGET]',
  ],
])('@Annotate throws %s', (_, define, code, message) => {
  let error: unknown;
  try {
    define();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(FcTracedError);
  expect(error).toMatchObject({ code, message });
});

test('annotate() adds attributes to the span of the running method, with dotted keys and redacted secrets', () => {
  new Orders().call(() => annotate({ order: { id: 7, at: new Date(0), key: secret('sk-live-annotate') } }));
  expect(traces.spans()[0]!.attributes).toEqual({
    'order.id': 7,
    'order.at': '1970-01-01T00:00:00.000Z',
    'order.key': '[redacted]',
  });
});

test('annotate() does nothing outside of a span and with an invalid value', () => {
  expect(annotate({ a: 1 })).toBeUndefined();
  for (const invalid of [
    undefined,
    null,
    7,
    'text',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    ),
  ]) {
    expect(new Orders().call(() => annotate(invalid as never))).toBeUndefined();
  }
  for (const { attributes, status } of traces.spans()) {
    expect({ attributes, status }).toEqual({ attributes: {}, status: { code: 'UNSET' } });
  }
});
