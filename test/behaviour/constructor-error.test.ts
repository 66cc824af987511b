import 'reflect-metadata';
import { container, inject, injectable } from 'tsyringe';
import { createHandler, Handler, Service } from 'fc-traced';
import { fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

let thrown: unknown;
@Service()
class Fails {
  constructor() {
    throw thrown;
  }
}
@Service({ scope: 'singleton' })
class FailingSingleton {
  constructor(readonly inner: Fails) {}
}
@Service()
class Between {
  constructor(readonly inner: Fails) {}
}
@Handler()
class ThroughService {
  constructor(readonly between: Between) {}
  handle(): void {}
}
@Handler()
class ThroughSingleton {
  constructor(readonly one: FailingSingleton) {}
  handle(): void {}
}

test.each<[string, unknown]>([
  ['an Error', new TypeError('mine')],
  ['a string', 'text'],
  ['undefined', undefined],
  ['an object without a message', { code: 7 }],
])('a value that a constructor throws reaches the caller unchanged, at any depth: %s', async (_, value) => {
  thrown = value;
  for (const { handler } of [createHandler(ThroughService), createHandler(ThroughSingleton)]) {
    const outcome = await invoke(handler).then(
      () => 'answered',
      (error: unknown) => ({ error }),
    );
    expect(outcome).toEqual({ error: value });
    expect(Object.is((outcome as { error: unknown }).error, value)).toBe(true);
  }
});

test('an error that the constructor of a singleton throws in initialize reaches the caller unchanged', async () => {
  thrown = new Error('mine');
  await expect(createHandler(ThroughSingleton).initialize(fakeFcContext())).rejects.toBe(thrown);
});

test('after a failure, the next invocation creates the service again', async () => {
  thrown = new Error('first');
  const { handler } = createHandler(ThroughSingleton);
  await expect(invoke(handler)).rejects.toBe(thrown);
  thrown = new Error('second');
  await expect(invoke(handler)).rejects.toBe(thrown);
});

test('an error that a factory throws reaches the caller unchanged', async () => {
  const error = new Error('mine');
  const own = container.createChildContainer();
  own.register('client', {
    useFactory: () => {
      throw error;
    },
  });
  @Handler({ container: own })
  class Uses {
    constructor(@inject('client') readonly client: unknown) {}
    handle(): void {}
  }
  await expect(invoke(createHandler(Uses).handler)).rejects.toBe(error);
});

test('a failure that a factory caught does not replace a later error', async () => {
  const error = new Error('mine');
  const own = container.createChildContainer();
  @injectable()
  class Broken {
    constructor(@inject('missing') readonly missing: unknown) {}
  }
  own.register('client', {
    useFactory: (dependencies) => {
      try {
        return dependencies.resolve(Broken);
      } catch {
        return 'fallback';
      }
    },
  });
  @Handler({ container: own })
  class Uses {
    constructor(@inject('client') readonly client: unknown) {
      if (client === 'fallback') throw error;
    }
    handle(): void {}
  }
  await expect(invoke(createHandler(Uses).handler)).rejects.toBe(error);
});
