import 'reflect-metadata';
import { container, inject, injectable, injectAll, singleton } from 'tsyringe';
import { createHandler, Handler, Service, Traced } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

test('services are injected by type, at any depth, with decorators of fc-traced or tsyringe', async () => {
  @injectable()
  class Shelf {
    @Traced()
    find(): string {
      return 'shelf-6';
    }
  }
  @Service()
  class Stock {
    constructor(private readonly shelf: Shelf) {}
    @Traced()
    async take(): Promise<string> {
      return this.shelf.find();
    }
  }
  @Handler({ name: 'orders' })
  class Orders {
    constructor(private readonly stock: Stock) {}
    handle(): Promise<string> {
      return this.stock.take();
    }
  }
  expect(await invoke(createHandler(Orders).handler)).toBe('shelf-6');
  expectTrace(traces.only()).toMatchTree({
    name: 'orders',
    children: [{ name: 'Stock.take', children: [{ name: 'Shelf.find' }] }],
  });
});

test('services are injected by token: values, factories, all of a token, symbols and strings', async () => {
  const PRICE = Symbol('price');
  const own = container.createChildContainer();
  own.register('currency', { useValue: 'CNY' });
  own.register(PRICE, { useFactory: () => 7 });
  own.register('rule', { useValue: 'a' });
  own.register('rule', { useValue: 'b' });
  @Handler({ container: own })
  class Tokens {
    constructor(
      @inject('currency') readonly currency: string,
      @inject(PRICE) readonly price: number,
      @injectAll('rule') readonly rules: string[],
    ) {}
    handle(): unknown {
      return [this.currency, this.price, this.rules];
    }
  }
  expect(await invoke(createHandler(Tokens).handler)).toEqual(['CNY', 7, ['a', 'b']]);
});

test('an optional dependency that is not registered is undefined', async () => {
  @Handler()
  class Optional {
    constructor(@inject('nowhere', { isOptional: true }) readonly value: unknown) {}
    handle(): boolean {
      return this.value === undefined;
    }
  }
  const { handler, initialize } = createHandler(Optional);
  await initialize({} as never);
  expect(await invoke(handler)).toBe(true);
});

test('a transient service is created for each injection and invocation, a singleton once', async () => {
  let transients = 0;
  let singletons = 0;
  @Service()
  class Transient {
    readonly id = (transients += 1);
  }
  @Service({ scope: 'singleton' })
  class Single {
    readonly id = (singletons += 1);
  }
  @singleton()
  class TsyringeSingle {
    readonly id = (singletons += 1);
  }
  @Handler()
  class Ids {
    constructor(
      readonly a: Transient,
      readonly b: Transient,
      readonly c: Single,
      readonly d: Single,
      readonly e: TsyringeSingle,
    ) {}
    handle(): number[] {
      return [this.a.id, this.b.id, this.c.id, this.d.id, this.e.id];
    }
  }
  const { handler } = createHandler(Ids);
  expect([await invoke(handler), await invoke(handler)]).toEqual([
    [1, 2, 1, 1, 2],
    [3, 4, 1, 1, 2],
  ]);
});

test('initialize creates the singletons, so that no invocation waits for them', async () => {
  const created: string[] = [];
  @Service({ scope: 'singleton' })
  class Config {
    constructor() {
      created.push('Config');
    }
  }
  @Service({ scope: 'singleton' })
  class Pool {
    constructor(readonly config: Config) {
      created.push('Pool');
    }
  }
  @Service()
  class Repository {
    constructor(readonly pool: Pool) {
      created.push('Repository');
    }
  }
  @Handler()
  class Orders {
    constructor(readonly repository: Repository) {}
    handle(): boolean {
      return this.repository.pool === container.resolve(Pool);
    }
  }
  const { handler, initialize } = createHandler(Orders);
  await initialize({} as never);
  expect(created).toEqual(['Config', 'Pool']);
  expect(await invoke(handler)).toBe(true);
  expect(created).toEqual(['Config', 'Pool', 'Repository']);
});

test('a handler that extends another gets the dependencies of the inherited constructor, decorated or not', async () => {
  @Service()
  class Stock {}
  @Handler()
  class Base {
    constructor(readonly stock: Stock) {}
    handle(): boolean {
      return this.stock instanceof Stock;
    }
  }
  class Undecorated extends Base {}
  @Handler()
  class Decorated extends Base {}
  expect([await invoke(createHandler(Undecorated).handler), await invoke(createHandler(Decorated).handler)]).toEqual([
    true,
    true,
  ]);
});
