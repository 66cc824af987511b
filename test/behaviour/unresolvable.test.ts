import 'reflect-metadata';
import { inject, injectable } from 'tsyringe';
import { createHandler, FcTracedError, Handler, Service } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

/** Returns the message of the error, which is the same in initialize and in an invocation. */
async function problemOf(handlerClass: new (...args: never[]) => { handle(): void }): Promise<string> {
  const { handler, initialize } = createHandler(handlerClass);
  const early: unknown = await initialize(fakeFcContext()).catch((error: unknown) => error);
  const late: unknown = await invoke(handler).catch((error: unknown) => error);
  expect(late).toBeInstanceOf(FcTracedError);
  expect(early).toMatchObject({ code: 'UNRESOLVABLE_DEPENDENCY', message: (late as Error).message });
  expectTrace(traces.only()).toMatchTree({
    name: 'test-function',
    status: 'ERROR',
    attributes: { 'error.type': 'FcTracedError' },
    events: ['exception'],
  });
  return (late as Error).message.replace(' [UNRESOLVABLE_DEPENDENCY]', '');
}
const UNDECORATED =
  'but it is not known what to inject. If the class has no decorator, add @Service() or @injectable(). If it has one, the compiler emitted no types: enable emitDecoratorMetadata or, with esbuild or standard decorators, name the tokens: @Service({ inject: […] }), on a handler @Handler({ inject: […] }).';

test('a service without a decorator', async () => {
  class Stock {
    constructor(
      readonly shelf: string,
      readonly room: string,
    ) {}
  }
  @Handler()
  class Orders {
    constructor(readonly stock: Stock) {}
    handle(): void {}
  }
  expect(await problemOf(Orders)).toBe(`Stock has 2 constructor parameters, ${UNDECORATED}`);
});

test('a decorated class whose metadata the bundler dropped, handler or service', async () => {
  class Dropped {
    constructor(readonly one: object) {}
    handle(): void {}
  }
  Handler()(Dropped);
  expect(await problemOf(Dropped)).toBe(`Dropped has 1 constructor parameter, ${UNDECORATED}`);
  traces.clear();
  class Stock {
    constructor(readonly one: object) {}
  }
  injectable()(Stock);
  @Handler()
  class Orders {
    constructor(readonly stock: Stock) {}
    handle(): void {}
  }
  expect(await problemOf(Orders)).toBe(`Stock has 1 constructor parameter, ${UNDECORATED}`);
});

test('a parameter whose type is an interface or is imported with import type', async () => {
  interface Shelf {
    name: string;
  }
  @Service()
  class Stock {
    constructor(
      readonly first: Date | undefined,
      readonly shelf: Shelf,
    ) {}
  }
  @Handler()
  class Orders {
    constructor(
      @inject('x', { isOptional: true }) readonly x: unknown,
      readonly stock: Stock,
    ) {}
    handle(): void {}
  }
  expect(await problemOf(Orders)).toBe(
    'Nothing can be injected for parameter 1 of the constructor of Stock: the compiler emitted its type as Object. Either the class is imported with "import type" (import it without "type"), or its module is part of a circular import (use @inject(delay(() => …))), or the type is an interface, a union or another type that is not a class (name a token with @inject(…) or the option inject).',
  );
});

test('a parameter of a primitive type', async () => {
  @Handler()
  class Orders {
    constructor(readonly region: string) {}
    handle(): void {}
  }
  expect(await problemOf(Orders)).toMatch(
    /^Nothing can be injected for parameter 1 of the constructor of Orders: the compiler emitted its type as String\. /,
  );
});

test('a token that is not registered, a string or a symbol', async () => {
  @Handler()
  class Text {
    constructor(@inject('currency') readonly currency: string) {}
    handle(): void {}
  }
  @Handler({ inject: [Symbol('rate')] })
  class Symbolic {
    constructor(readonly rate: number) {}
    handle(): void {}
  }
  expect(await problemOf(Text)).toBe(
    'Nothing is registered for the token "currency", parameter 1 of the constructor of Text: register it with the container before the first invocation.',
  );
  traces.clear();
  expect(await problemOf(Symbolic)).toMatch(
    /^Nothing is registered for the token Symbol\(rate\), parameter 1 of the constructor of Symbolic: /,
  );
});

test('a type that is undefined at run time, as with circular imports', async () => {
  class Circular {
    constructor(readonly one: object) {}
    handle(): void {}
  }
  Reflect.defineMetadata('design:paramtypes', [undefined], Circular);
  Handler()(Circular);
  expect(await problemOf(Circular)).toBe(
    'The type of parameter 1 of the constructor of Circular is undefined at run time: either its module is part of a circular import (use @inject(delay(() => …))), or it is imported as a type only (import the class itself).',
  );
});
