import 'reflect-metadata';
import { container, inject, Lifecycle, scoped } from 'tsyringe';
import { createHandler, Handler, Service } from 'fc-traced';
import { invoke } from 'fc-traced/testing';

@Service()
class Stock {
  name(): string {
    return 'real';
  }
}
@Handler()
class Orders {
  constructor(readonly stock: Stock) {}
  handle(): string {
    return this.stock.name();
  }
}

test('registrations in the container of the option take precedence over the global container, for that handler only', async () => {
  const own = container.createChildContainer();
  own.register(Stock, { useValue: { name: () => 'fake' } });
  const faked = createHandler(Orders, { container: own });
  const real = createHandler(Orders);
  expect([await invoke(faked.handler), await invoke(real.handler)]).toEqual(['fake', 'real']);
});

test('a registration after createHandler is used', async () => {
  const own = container.createChildContainer();
  const { handler } = createHandler(Orders, { container: own });
  expect(await invoke(handler)).toBe('real');
  own.register(Stock, { useValue: { name: () => 'late' } });
  expect(await invoke(handler)).toBe('late');
});

test('the container of createHandler takes precedence over that of @Handler', async () => {
  const [inner, outer] = [container.createChildContainer(), container.createChildContainer()];
  inner.register('word', { useValue: 'inner' });
  outer.register('word', { useValue: 'outer' });
  @Handler({ container: inner })
  class Words {
    constructor(@inject('word') readonly word: string) {}
    handle(): string {
      return this.word;
    }
  }
  expect([
    await invoke(createHandler(Words).handler),
    await invoke(createHandler(Words, { container: outer }).handler),
  ]).toEqual(['inner', 'outer']);
});

test('a handler class that is registered with another class is replaced by it', async () => {
  const own = container.createChildContainer();
  own.register(Orders, {
    useClass: class {
      handle(): string {
        return 'replaced';
      }
    } as never,
  });
  expect(await invoke(createHandler(Orders, { container: own }).handler)).toBe('replaced');
});

test('container-scoped classes belong to one invocation, at any depth of the container of the option', async () => {
  let created = 0;
  const deep = container.createChildContainer().createChildContainer();
  // Registered after the containers were created: tsyringe copies registrations to a child container only at its
  // creation.
  @scoped(Lifecycle.ContainerScoped)
  class PerCall {
    readonly id = (created += 1);
  }
  @Handler()
  class Uses {
    constructor(
      readonly a: PerCall,
      readonly b: PerCall,
    ) {}
    handle(): number[] {
      return [this.a.id, this.b.id];
    }
  }
  const { handler } = createHandler(Uses, { container: deep });
  expect([await invoke(handler), await invoke(handler)]).toEqual([
    [1, 1],
    [2, 2],
  ]);
  expect(deep.resolve(PerCall).id).toBe(3);
});

test('singletons are shared with code that resolves them from the same container', async () => {
  @Service({ scope: 'singleton' })
  class Pool {}
  @Handler()
  class Uses {
    constructor(readonly pool: Pool) {}
    handle(): Pool {
      return this.pool;
    }
  }
  const first = await invoke(createHandler(Uses).handler);
  expect(first).toBe(container.resolve(Pool));
  expect(await invoke(createHandler(Uses).handler)).toBe(first);
});
