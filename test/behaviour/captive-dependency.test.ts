import 'reflect-metadata';
import { container, delay, inject, Lifecycle, scoped, singleton } from 'tsyringe';
import { createHandler, Handler, InjectContext, Service } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';

@Service({ scope: 'invocation' })
class Cart {
  readonly id = Math.random();
}

function captive(singletonName: string): object {
  return {
    code: 'CAPTIVE_DEPENDENCY',
    message: `The singleton ${singletonName} injects Cart, which is scoped to one invocation, so it would keep the Cart of the first invocation. Make ${singletonName} scoped to the invocation (@Service({ scope: 'invocation' })), or Cart a singleton. [CAPTIVE_DEPENDENCY]`,
  };
}

test('a singleton that injects an invocation-scoped class is an error, in initialize and in each invocation', async () => {
  @Service({ scope: 'singleton' })
  class Cache {
    constructor(readonly cart: Cart) {}
  }
  @Handler()
  class Uses {
    constructor(readonly cache: Cache) {}
    handle(): void {}
  }
  const { handler, initialize } = createHandler(Uses);
  await expect(initialize(fakeFcContext())).rejects.toMatchObject(captive('Cache'));
  await expect(invoke(handler)).rejects.toMatchObject(captive('Cache'));
  await expect(invoke(handler)).rejects.toMatchObject(captive('Cache'));
});

test('it is an error through a transient class as well, and the message names the singleton', async () => {
  @Service()
  class Between {
    constructor(readonly cart: Cart) {}
  }
  @singleton()
  class Deep {
    constructor(readonly between: Between) {}
  }
  @Handler()
  class Uses {
    constructor(
      readonly cart: Cart,
      readonly deep: Deep,
    ) {}
    handle(): void {}
  }
  await expect(invoke(createHandler(Uses).handler)).rejects.toMatchObject(captive('Deep'));
});

test('it is an error as well if the singleton resolves it later, through delay', async () => {
  @singleton()
  class Lazy {
    constructor(@inject(delay(() => Cart)) readonly cart: Cart) {}
  }
  @Handler()
  class Uses {
    constructor(readonly lazy: Lazy) {}
    handle(): number {
      return this.lazy.cart.id;
    }
  }
  await expect(invoke(createHandler(Uses).handler)).rejects.toMatchObject({ code: 'CAPTIVE_DEPENDENCY' });
});

test('an invocation-scoped class may inject singletons and other invocation-scoped classes', async () => {
  @Service({ scope: 'singleton' })
  class Pool {}
  @Service({ scope: 'invocation' })
  class Session {
    constructor(
      readonly pool: Pool,
      readonly cart: Cart,
    ) {}
  }
  @Handler()
  class Uses {
    constructor(
      readonly session: Session,
      readonly cart: Cart,
    ) {}
    handle(): boolean {
      return this.session.cart === this.cart && this.session.pool === container.resolve(Pool);
    }
  }
  expect(await invoke(createHandler(Uses).handler)).toBe(true);
});

test('a singleton created in an invocation keeps no object of it: its transient and resolution-scoped dependencies use the active invocation', async () => {
  @scoped(Lifecycle.ResolutionScoped)
  class PerResolution {
    constructor(@InjectContext() readonly context: FcContext) {}
  }
  @Service()
  class Transient {
    constructor(@InjectContext() readonly context: FcContext) {}
  }
  @singleton()
  class Single {
    constructor(
      readonly a: PerResolution,
      readonly b: Transient,
    ) {}
  }
  @Handler()
  class Uses {
    constructor(
      readonly mine: PerResolution,
      readonly single: Single,
    ) {}
    handle(): string[] {
      return [this.mine.context.requestId, this.single.a.context.requestId, this.single.b.context.requestId];
    }
  }
  const { handler } = createHandler(Uses);
  expect(await invoke(handler, {}, fakeFcContext({ requestId: 'one' }))).toEqual(['one', 'one', 'one']);
  expect(await invoke(handler, {}, fakeFcContext({ requestId: 'two' }))).toEqual(['two', 'two', 'two']);
});
