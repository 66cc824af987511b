import 'reflect-metadata';
import {
  container,
  delay,
  inject,
  injectAll,
  instanceCachingFactory,
  instancePerContainerCachingFactory,
  Lifecycle,
  predicateAwareClassFactory,
  singleton,
} from 'tsyringe';
import type { DependencyContainer, FactoryFunction } from 'tsyringe';
import { createHandler, FC_CONTEXT, FC_EVENT, Handler, InjectContext, InjectEvent, Service } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';

const log: string[] = [];
afterEach(() => {
  log.length = 0;
});

let made = 0;
@Service()
class Socket {
  dispose(): void {
    log.push('socket');
  }
}
@Service()
class Pool {
  readonly id = (made += 1);
  isOpen = true;
  constructor(
    readonly socket: Socket,
    @InjectContext() readonly context: FcContext,
    @InjectEvent() readonly event: { tenant: string },
  ) {}
  dispose(): void {
    this.isOpen = false;
    log.push('pool');
  }
}
@Service()
class OtherPool extends Pool {}
@Service({ scope: 'invocation' })
class Cart {
  readonly lines: string[] = [];
  dispose(): void {
    log.push('cart');
  }
}
@Service()
class Order {
  constructor(readonly cart: Cart) {}
}

/** A container of its own in which the token `made` has a factory. */
function withFactory(factory: FactoryFunction<unknown>): DependencyContainer {
  const own = container.createChildContainer();
  own.register('made', { useFactory: factory });
  return own;
}

/** An FC function that returns what `read` finds in the object of the factory. */
function reading<T>(own: DependencyContainer, read: (given: T) => unknown): (tenant: string) => Promise<unknown> {
  @Handler({ inject: ['made'], container: own })
  class Reads {
    constructor(readonly made: T) {}
    handle(): unknown {
      return read(this.made);
    }
  }
  const { handler } = createHandler(Reads);
  return (tenant) => invoke(handler, { tenant }, fakeFcContext({ requestId: tenant }));
}

const ownMemo = (): FactoryFunction<Pool> => {
  let pool: Pool | undefined;
  return (c) => (pool ??= c.resolve(Pool));
};
class Pools {
  private readonly all = new Map<string, Pool>();
  readonly get = (c: DependencyContainer): Pool => {
    const { tenant } = c.resolve(FC_EVENT) as { tenant: string };
    if (!this.all.has(tenant)) this.all.set(tenant, c.resolve(Pool));
    return this.all.get(tenant)!;
  };
}

const keeping: readonly (readonly [string, () => FactoryFunction<Pool>])[] = [
  ['instanceCachingFactory', () => instanceCachingFactory((c) => c.resolve(Pool))],
  [
    'instanceCachingFactory behind a function',
    () =>
      (
        (cached) => (c) =>
          cached(c)
      )(instanceCachingFactory((c) => c.resolve(Pool))),
  ],
  ['predicateAwareClassFactory', () => predicateAwareClassFactory(() => true, Pool, OtherPool)],
  ['a variable of the factory', ownMemo],
  [
    'a static property',
    () => {
      class Holder {
        static pool?: Pool;
      }
      return (c) => (Holder.pool ??= c.resolve(Pool));
    },
  ],
  [
    'an argument of a helper',
    () => {
      const once = <T>(make: (c: DependencyContainer) => T): ((c: DependencyContainer) => T) => {
        const kept: T[] = [];
        return (c) => kept[0] ?? (kept.push(make(c)), kept[0]!);
      };
      return once((c) => c.resolve(Pool));
    },
  ],
];

describe.each(keeping)('a pool that a factory keeps: %s', (_, factory) => {
  test('is the same object in each invocation, and is not disposed of', async () => {
    const call = reading<Pool>(withFactory(factory()), ({ id, isOpen }) => [id, isOpen]);
    const first = await call('a');
    expect(first).toEqual([made, true]);
    expect([await call('b'), await call('c')]).toEqual([first, first]);
    expect(log).toEqual([]);
  });

  test('sees the event and the context of the running invocation, never those of the first', async () => {
    const call = reading<Pool>(withFactory(factory()), ({ event, context }) => [event.tenant, context.requestId]);
    expect([await call('a'), await call('b')]).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  test('is disposed of by the container that owns the factory, together with what it injects', async () => {
    const own = withFactory(factory());
    const call = reading<Pool>(own, () => undefined);
    await call('a');
    await call('b');
    await own.dispose();
    expect([...log].sort()).toEqual(['pool', 'socket']);
  });
});

test('pools that a factory keeps by tenant stay open, and each call gets the one of its tenant', async () => {
  const call = reading<Pool>(withFactory(new Pools().get), ({ id, isOpen, event }) => [id, isOpen, event.tenant]);
  const [a, b] = [await call('a'), await call('b')] as [[number], [number]];
  expect([await call('a'), await call('b')]).toEqual([a, b]);
  expect(a[0]).not.toBe(b[0]);
  expect(log).toEqual([]);
});

test('pools that a factory keeps in an object around them stay open, with the event of the running invocation', async () => {
  let pool: Pool | undefined;
  const own = withFactory((c) => ({ pool: (pool ??= c.resolve(Pool)) }));
  const call = reading<{ pool: Pool }>(own, (outer) => [outer.pool.isOpen, outer.pool.event.tenant]);
  expect([await call('a'), await call('b')]).toEqual([
    [true, 'a'],
    [true, 'b'],
  ]);
  expect(log).toEqual([]);
});

test('one factory under several tokens, behind useToken, resolveAll and a transient class', async () => {
  const own = withFactory(ownMemo());
  own.register('alias', { useToken: 'made' });
  own.register('alias of the alias', { useToken: 'alias' });
  own.register('made', { useFactory: ownMemo() });
  @Service({ inject: ['alias of the alias'] })
  class Between {
    constructor(readonly pool: Pool) {}
  }
  @Handler({ container: own })
  class Uses {
    constructor(
      readonly between: Between,
      @injectAll('made') readonly all: Pool[],
    ) {}
    handle(): unknown[] {
      return [this.between.pool, ...this.all].map((pool) => [pool.isOpen, pool.event.tenant]);
    }
  }
  const { handler } = createHandler(Uses);
  const open = (tenant: string): unknown[] => [1, 2, 3].map(() => [true, tenant]);
  expect([await invoke(handler, { tenant: 'a' }), await invoke(handler, { tenant: 'b' })]).toEqual([
    open('a'),
    open('b'),
  ]);
  expect(log).toEqual([]);
});

test('an instance that the program registered is never disposed of', async () => {
  const own = container.createChildContainer();
  const pool = new Pool(new Socket(), fakeFcContext(), { tenant: 'none' });
  own.registerInstance('made', pool);
  const call = reading<Pool>(own, ({ id }) => id);
  expect([await call('a'), await call('b')]).toEqual([pool.id, pool.id]);
  expect(log).toEqual([]);
});

describe('a factory that keeps nothing', () => {
  test.each<[string, () => FactoryFunction<unknown>]>([
    ['an arrow function', () => (c) => c.resolve(Pool)],
    [
      'a block with variables',
      () => (c) => {
        const pool = c.resolve(Pool);
        if (!pool.isOpen) throw new Error('closed');
        return pool;
      },
    ],
    [
      'a method',
      () =>
        ({
          make(c: DependencyContainer) {
            return made > -1 ? c.resolve(Pool) : undefined;
          },
        }).make,
    ],
    [
      'a function with a counter',
      () => {
        let calls = 0;
        return function count(c) {
          calls += 1;
          return calls > 0 && c.resolve(Pool);
        };
      },
    ],
    ['instancePerContainerCachingFactory', () => instancePerContainerCachingFactory((c) => c.resolve(Pool))],
  ])('its objects are disposed of after each invocation: %s', async (_, factory) => {
    const call = reading<Pool>(withFactory(factory()), ({ id, isOpen }) => [id, isOpen]);
    const [[first], [second]] = [await call('a'), await call('b')] as [[number], [number]];
    expect(second).toBe(first + 1);
    expect(log).toEqual(['pool', 'socket', 'pool', 'socket']);
  });

  test('gets the event itself', async () => {
    const call = reading<unknown>(
      withFactory((c) => [c.resolve(FC_EVENT), c.resolve(FC_CONTEXT)]),
      (given) => given,
    );
    expect(await call('a')).toEqual([{ tenant: 'a' }, expect.objectContaining({ requestId: 'a' })]);
  });

  test('predicateAwareClassFactory without its cache makes a new object in each invocation', async () => {
    const own = withFactory(predicateAwareClassFactory(() => true, Pool, OtherPool, false));
    const call = reading<Pool>(own, ({ id, isOpen, event }) => [id, isOpen, event.tenant]);
    const first = (await call('a')) as [number];
    expect(await call('b')).toEqual([first[0] + 1, true, 'b']);
  });

  test('classes with the scope of an invocation are disposed of after it, whatever resolves them', async () => {
    const own = withFactory(predicateAwareClassFactory(() => true, Cart, Cart, false));
    const call = reading<Cart>(own, ({ lines }) => lines.push('one'));
    expect([await call('a'), await call('b')]).toEqual([1, 1]);
    expect(log).toEqual(['cart', 'cart']);
  });
});

describe('an object of an invocation that a factory keeps is refused', () => {
  const refused = (kept: string): object => ({
    code: 'CAPTIVE_DEPENDENCY',
    message: `The factory of the token "made" returned an object with ${kept} of another invocation: it keeps what it resolved in that one. Let the factory resolve it in each call, keep one object for each container (instancePerContainerCachingFactory), or keep only objects that do not belong to an invocation. [CAPTIVE_DEPENDENCY]`,
  });

  test('by the first invocation with instanceCachingFactory, as in a singleton', async () => {
    const call = reading(withFactory(instanceCachingFactory((c) => c.resolve(Order))), () => undefined);
    await expect(call('a')).rejects.toMatchObject({
      code: 'CAPTIVE_DEPENDENCY',
      message:
        'The factory of the token "made" keeps one object for all invocations (instanceCachingFactory), which would keep the Cart of the first invocation. Use instancePerContainerCachingFactory, or make Cart a singleton. [CAPTIVE_DEPENDENCY]',
    });
  });

  const kept = <T>(make: (c: DependencyContainer) => T): ((c: DependencyContainer) => T) => {
    let value: T | undefined;
    return (c) => (value ??= make(c));
  };
  test.each<[string, () => FactoryFunction<unknown>, string]>([
    ['the object itself', () => kept((c) => c.resolve(Cart)), 'Cart'],
    ['a class that injects it', () => kept((c) => c.resolve(Order)), 'Cart'],
    ['an object that the factory made with it', () => kept((c) => new Order(c.resolve(Cart))), 'Cart'],
    [
      'a function over it',
      () =>
        kept((c) => {
          const cart = c.resolve(Cart);
          return () => cart.lines;
        }),
      'Cart',
    ],
    [
      'a property of a new object',
      () => {
        const cart = kept((c) => c.resolve(Cart));
        return (c) => ({ cart: cart(c) });
      },
      'Cart',
    ],
    [
      'an item of a new list',
      () => {
        const order = kept((c) => c.resolve(Order));
        return (c) => [order(c)];
      },
      'Cart',
    ],
    [
      'predicateAwareClassFactory with its cache',
      () => predicateAwareClassFactory<object>(() => true, Order, Pool),
      'Cart',
    ],
    ['resolveAll', () => kept((c) => ({ all: c.resolveAll(Cart) })), 'Cart'],
  ])('by the next invocation: %s', async (_, factory, what) => {
    const call = reading(withFactory(factory()), () => 'answered');
    expect(await call('a')).toBe('answered');
    await expect(call('b')).rejects.toMatchObject(refused(what));
  });

  test('by the next invocation: an event that no proxy can represent', async () => {
    const own = withFactory(kept((c) => ({ event: c.resolve(FC_EVENT) })));
    @Handler({ inject: ['made'], container: own })
    class Reads {
      constructor(readonly made: { event: unknown }) {}
      handle(event: unknown): boolean {
        return this.made.event === event;
      }
    }
    const { handler } = createHandler(Reads);
    expect(await invoke(handler, ['a'])).toBe(true);
    await expect(invoke(handler, ['b'])).rejects.toMatchObject(refused('FC_EVENT'));
  });

  test('through delay, which resolves after the factory has returned', async () => {
    @Service()
    class Through {
      constructor(readonly cart: Cart) {}
    }
    @Service()
    class Lazy {
      constructor(@inject(delay(() => Through)) readonly through: Through) {}
    }
    const call = reading<Lazy>(withFactory(kept((c) => c.resolve(Lazy))), ({ through }) => through.cart.lines.length);
    expect(await call('a')).toBe(0);
    await expect(call('b')).rejects.toMatchObject(refused('Cart'));
  });

  test('through delay that a later invocation uses first', async () => {
    @Service()
    class Lazy {
      constructor(@inject(delay(() => Cart)) readonly cart: Cart) {}
    }
    const lazy = kept((c) => c.resolve(Lazy));
    const call = reading<Lazy>(
      withFactory(lazy),
      ({ cart, ...rest }) => (rest as { use?: true }).use ?? cart.lines.length,
    );
    @Handler({ inject: ['made'], container: withFactory(lazy) })
    class Ignores {
      constructor(readonly made: Lazy) {}
      handle(): void {}
    }
    await invoke(createHandler(Ignores).handler);
    await expect(call('b')).rejects.toMatchObject({ code: 'CAPTIVE_DEPENDENCY' });
  });

  test('through a container that the factory keeps', async () => {
    const own = withFactory(kept((c) => ({ find: <T>(token: never): T => c.resolve(token) })));
    const call = reading<{ find(token: unknown): { tenant: string } }>(own, ({ find }) => find(FC_EVENT).tenant);
    expect([await call('a'), await call('b')]).toEqual(['a', 'b']);
    const cart = reading<{ find(token: unknown): Cart }>(own, ({ find }) => find(Cart).lines.length);
    await expect(cart('c')).rejects.toMatchObject({
      code: 'CAPTIVE_DEPENDENCY',
      message:
        'Cart was resolved with the container of another invocation: a factory or delay keeps that container. Use the container that the factory gets in each call. [CAPTIVE_DEPENDENCY]',
    });
  });

  test('not if the factory resolves it in each call, although it returns the same object', async () => {
    const client = { name: 'shared' };
    const own = withFactory((c) => {
      c.resolve(Cart).lines.push('audit');
      return client;
    });
    const call = reading<object>(own, (given) => given === client);
    expect([await call('a'), await call('b')]).toEqual([true, true]);
  });

  test('not if an alias of an invocation leads to an object that the factory keeps', async () => {
    const own = withFactory(ownMemo());
    own.register('scoped', { useToken: 'made' }, { lifecycle: Lifecycle.ContainerScoped });
    @Handler({ container: own })
    class Uses {
      constructor(
        @inject('scoped') readonly scoped: Pool,
        @inject('made') readonly pool: Pool,
      ) {}
      handle(): boolean {
        return this.scoped === this.pool && this.pool.isOpen;
      }
    }
    const { handler } = createHandler(Uses);
    expect([await invoke(handler, {}), await invoke(handler, {})]).toEqual([true, true]);
  });
});

test('interleaved invocations share what a factory keeps, each with its own event', async () => {
  const own = withFactory(ownMemo());
  @Handler({ inject: ['made'], container: own })
  class Uses {
    constructor(readonly pool: Pool) {}
    async handle(): Promise<unknown[]> {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return [this.pool.isOpen, this.pool.event.tenant];
    }
  }
  const { handler } = createHandler(Uses);
  expect(await Promise.all(['a', 'b', 'c'].map((tenant) => invoke(handler, { tenant })))).toEqual([
    [true, 'a'],
    [true, 'b'],
    [true, 'c'],
  ]);
});

test('a singleton with a factory that keeps its object: both outlive the invocations', async () => {
  const own = withFactory(ownMemo());
  @singleton()
  class Store {
    constructor(@inject('made') readonly pool: Pool) {}
  }
  @Handler({ container: own })
  class Uses {
    constructor(
      @inject('made') readonly pool: Pool,
      readonly store: Store,
    ) {}
    handle(): unknown[] {
      return [this.pool === this.store.pool, this.pool.isOpen, this.pool.event.tenant];
    }
  }
  const { handler } = createHandler(Uses);
  expect([await invoke(handler, { tenant: 'a' }), await invoke(handler, { tenant: 'b' })]).toEqual([
    [true, true, 'a'],
    [true, true, 'b'],
  ]);
});

test('handlers with child containers of one root share its singleton, made with the registrations of the first', async () => {
  const root = container.createChildContainer();
  class Shop {
    constructor(readonly name: string) {}
    dispose(): void {
      log.push(this.name);
    }
  }
  Service({ inject: ['name'] })(Shop);
  root.registerSingleton(Shop);
  const handlerOf = (name: string): ReturnType<typeof reading> => {
    const own = root.createChildContainer();
    own.register('name', { useValue: name });
    own.register('made', { useToken: Shop });
    return reading<Shop>(own, (shop) => shop.name);
  };
  const [one, two] = [handlerOf('one'), handlerOf('two')];
  expect([await one(''), await two(''), await one('')]).toEqual(['one', 'one', 'one']);
  expect(log).toEqual([]);
  await root.dispose();
  expect(log).toEqual(['one']);
});
