import 'reflect-metadata';
import { createHandler, FC_EVENT, Handler, Service, TRACER, Traced } from 'fc-traced';
import type { Tracer } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

// Without decorator syntax, and so without emitted metadata, as in the output of esbuild.
class Stock {
  constructor(
    private readonly tracer: Tracer,
    readonly sku: { sku: string },
  ) {}
  take(): string {
    return this.tracer.startActiveSpan('shelf', (span) => {
      span.end();
      return this.sku.sku;
    });
  }
}
Service({ inject: [TRACER, FC_EVENT] })(Stock);
Object.defineProperty(
  Stock.prototype,
  'take',
  Traced()(Stock.prototype, 'take', Object.getOwnPropertyDescriptor(Stock.prototype, 'take')!),
);

class Orders {
  constructor(readonly stock: Stock) {}
  handle(): string {
    return this.stock.take();
  }
}
Handler({ name: 'orders', inject: [Stock] })(Orders);

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('with the option inject, a class without emitted metadata is created and traced like any other', async () => {
  expect(Reflect.getOwnMetadata('design:paramtypes', class Unrelated {})).toBeUndefined();
  expect(await invoke(createHandler(Orders).handler, { sku: 'teapot' })).toBe('teapot');
  expectTrace(traces.only()).toMatchTree(`
    orders
      Stock.take
        shelf
  `);
});

test('createHandler uses the tokens of the class if it has no option inject', async () => {
  class Given {
    constructor(readonly word: unknown) {}
    handle(): unknown {
      return this.word;
    }
  }
  Handler({ inject: [FC_EVENT] })(Given);
  expect(await invoke(createHandler(Given).handler, 'hello')).toEqual(Buffer.from('hello'));
});

test('the option inject of createHandler takes precedence, also if the class has no decorator or other tokens', async () => {
  class Plain {
    constructor(readonly stock: Stock) {}
    handle(): string {
      return this.stock.take();
    }
  }
  expect(await invoke(createHandler(Plain, { inject: [Stock] }).handler, { sku: 'cup' })).toBe('cup');
  class Named {
    constructor(readonly word: unknown) {}
    handle(): unknown {
      return this.word;
    }
  }
  Handler({ inject: [TRACER] })(Named);
  expect(await invoke(createHandler(Named, { inject: [FC_EVENT] }).handler, 'hello')).toEqual(Buffer.from('hello'));
  expect(() => createHandler(Named, { inject: [] })).toThrow(
    'Option "inject" of createHandler on Named names 0 of 1 constructor parameters: name a token for each.',
  );
});

test('a class that extends one with the option inject is created with the same tokens', async () => {
  class Inherits extends Orders {}
  Handler()(Inherits);
  class Undecorated extends Orders {}
  expect(await invoke(createHandler(Inherits).handler, { sku: 'cup' })).toBe('cup');
  expect(await invoke(createHandler(Undecorated).handler, { sku: 'pot' })).toBe('pot');
});

test('the option inject of a subclass does not affect the base class', async () => {
  class FakeStock extends Stock {
    override take(): string {
      return 'fake';
    }
  }
  Service({ inject: [TRACER, FC_EVENT] })(FakeStock);
  @Handler()
  class Real {
    constructor(readonly stock: Stock) {}
    handle(): string {
      return this.stock.constructor.name;
    }
  }
  class Faked extends Real {}
  Handler({ inject: [FakeStock] })(Faked);
  expect(await invoke(createHandler(Faked).handler, {})).toBe('FakeStock');
  expect(await invoke(createHandler(Real).handler, {})).toBe('Stock');
});
