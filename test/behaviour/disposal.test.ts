import 'reflect-metadata';
import { container, delay, inject, singleton } from 'tsyringe';
import { createHandler, currentSpan, Handler, Service, Traced } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
const log: string[] = [];
afterEach(() => {
  traces.clear();
  log.length = 0;
});
afterAll(() => traces.stop());

@Service({ scope: 'invocation' })
class Connection {
  @Traced()
  async dispose(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`connection, in a span: ${currentSpan().isRecording()}`);
  }
}
@Service()
class Lock {
  readonly name = 'lock';
  dispose(): void {
    log.push(this.name);
  }
}

test('services of an invocation are disposed of once, before the response and within its trace', async () => {
  @Handler({ name: 'uses' })
  class Uses {
    constructor(
      readonly a: Connection,
      readonly b: Connection,
      readonly lock: Lock,
    ) {}
    handle(): string {
      log.push('handled');
      return 'done';
    }
  }
  expect(await invoke(createHandler(Uses).handler)).toBe('done');
  expect(log).toEqual(['handled', 'lock', 'connection, in a span: true']);
  expectTrace(traces.only()).toMatchTree('uses\n  Connection.dispose');
});

test('a handler without dependencies is disposed of like a service', async () => {
  class Alone {
    handle(): string {
      log.push('handled');
      return 'done';
    }
    @Traced()
    async dispose(): Promise<void> {
      await new Promise((resolve) => setImmediate(resolve));
      log.push('disposed of');
    }
  }
  expect(await invoke(createHandler(Alone, { name: 'alone' }).handler)).toBe('done');
  expect(log).toEqual(['handled', 'disposed of']);
  expectTrace(traces.only()).toMatchTree('alone\n  Alone.dispose');
});

test('a method of a handler that is called dispose and has a parameter is not called, as in tsyringe', async () => {
  class Api {
    handle(): string {
      return 'done';
    }
    dispose(item: string): void {
      log.push(`disposed of ${item}`);
    }
  }
  expect(await invoke(createHandler(Api).handler)).toBe('done');
  expect(log).toEqual([]);
});

test('a handler without dependencies that is registered is resolved as registered, also if that changes', async () => {
  class Api {
    handle(): string {
      return 'own';
    }
  }
  class Double extends Api {
    override handle(): string {
      return 'double';
    }
  }
  const own = container.createChildContainer();
  const { handler } = createHandler(Api, { container: own });
  expect(await invoke(handler)).toBe('own');
  own.register(Api, { useClass: Double });
  expect(await invoke(handler)).toBe('double');
  own.clearInstances();
  own.reset();
  expect(await invoke(handler)).toBe('own');
});

test('they are disposed of after a failure as well, also if the handler could not be created', async () => {
  const error = new Error('mine');
  @Handler()
  class Fails {
    constructor(readonly lock: Lock) {}
    handle(): void {
      throw error;
    }
  }
  @Handler()
  class Unbuilt {
    constructor(readonly lock: Lock) {
      throw error;
    }
    handle(): void {}
  }
  await expect(invoke(createHandler(Fails).handler)).rejects.toBe(error);
  await expect(invoke(createHandler(Unbuilt).handler)).rejects.toBe(error);
  expect(log).toEqual(['lock', 'lock']);
});

test('a service whose dispose fails is counted and affects neither the response nor other services', async () => {
  @Service()
  class Throws {
    dispose(): void {
      throw new Error('sync');
    }
  }
  @Service()
  class Rejects {
    async dispose(): Promise<void> {
      throw new Error('async');
    }
  }
  @Handler()
  class Uses {
    constructor(
      readonly a: Throws,
      readonly b: Rejects,
      readonly lock: Lock,
    ) {}
    handle(): string {
      return 'done';
    }
  }
  expect(await invoke(createHandler(Uses).handler)).toBe('done');
  expect(log).toEqual(['lock']);
  expectTrace(traces.only()).toMatchTree({ name: 'test-function', attributes: { 'fc_traced.telemetry_errors': 2 } });
});

test('a service whose dispose hangs delays the response by flushTimeoutMillis at most', async () => {
  @Service()
  class Hangs {
    dispose(): Promise<void> {
      return new Promise(() => {});
    }
  }
  @Handler({ flushTimeoutMillis: 200 })
  class Uses {
    constructor(readonly hangs: Hangs) {}
    handle(): string {
      return 'done';
    }
  }
  const { handler } = createHandler(Uses);
  const started = performance.now();
  expect(await invoke(handler)).toBe('done');
  expect(performance.now() - started).toBeLessThan(600);
  expectTrace(traces.only()).toMatchTree({ name: 'test-function', attributes: { 'fc_traced.telemetry_errors': 1 } });
});

describe('services are disposed of in the reverse order of their construction', () => {
  const made: string[] = [];
  afterEach(() => {
    made.length = 0;
  });
  /** Takes longer to dispose of the later it is constructed. */
  class Part {
    constructor() {
      made.push(new.target.name);
    }
    async dispose(): Promise<void> {
      const name = this.constructor.name;
      await new Promise((resolve) => setTimeout(resolve, made.indexOf(name) * 5));
      log.push(name);
    }
  }
  @Service()
  class Connection1 extends Part {}
  @Service({ scope: 'invocation' })
  class Transaction extends Part {
    constructor(readonly connection: Connection1) {
      super();
    }
  }
  @Service()
  class Repository extends Part {
    constructor(readonly transaction: Transaction) {
      super();
    }
  }

  test('each waits for the one before it, down to what the first one needed, and the handler is the first', async () => {
    @Handler()
    class Uses extends Part {
      constructor(
        readonly repository: Repository,
        readonly transaction: Transaction,
      ) {
        super();
      }
      handle(): string[] {
        return [...made];
      }
    }
    const order = await invoke(createHandler(Uses).handler);
    expect(order).toEqual(['Connection1', 'Transaction', 'Repository', 'Uses']);
    expect(log).toEqual((order as string[]).toReversed());
  });

  test('what was constructed later, by a factory or through delay, is disposed of earlier', async () => {
    @Service()
    class Late extends Part {}
    const own = container.createChildContainer();
    own.register('repository', { useFactory: (c) => c.resolve(Repository) });
    @Handler({ container: own })
    class Uses {
      constructor(
        @inject(delay(() => Late)) readonly late: Late,
        @inject('repository') readonly repository: Repository,
      ) {}
      handle(): unknown {
        return this.late.dispose;
      }
    }
    await invoke(createHandler(Uses).handler);
    expect(log).toEqual(['Late', 'Repository', 'Transaction', 'Connection1']);
  });

  test('one that fails or hangs keeps none of the others from being disposed of, within the budget', async () => {
    @Service()
    class Fails extends Part {
      constructor(readonly connection: Connection1) {
        super();
      }
      override async dispose(): Promise<void> {
        await super.dispose();
        throw new Error('fails');
      }
    }
    @Service()
    class Hangs extends Part {
      constructor(readonly fails: Fails) {
        super();
      }
      override dispose(): Promise<void> {
        log.push('Hangs');
        return new Promise(() => {});
      }
    }
    @Handler({ flushTimeoutMillis: 100 })
    class Uses {
      constructor(readonly hangs: Hangs) {}
      handle(): void {}
    }
    const started = performance.now();
    await invoke(createHandler(Uses).handler);
    expect(performance.now() - started).toBeLessThan(600);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([log[0], ...log.slice(1).sort()]).toEqual(['Hangs', 'Connection1', 'Fails']);
  });
});

test('a disposable singleton is not disposed of with an invocation, but with its container', async () => {
  const own = container.createChildContainer();
  class Pool {
    closed = false;
    constructor(readonly lock: Lock) {}
    dispose(): void {
      this.closed = true;
    }
  }
  singleton()(Pool);
  Service({ inject: [Lock] })(Pool);
  own.registerSingleton(Pool);
  @Handler()
  class Uses {
    constructor(readonly pool: Pool) {}
    handle(): boolean {
      return this.pool.closed;
    }
  }
  const { handler } = createHandler(Uses, { container: own });
  expect([await invoke(handler), await invoke(handler)]).toEqual([false, false]);
  expect(log).toEqual([]);
  const pool = own.resolve(Pool);
  await own.dispose();
  expect(pool.closed).toBe(true);
  expect(log).toEqual(['lock']);
});

test('an unsampled invocation disposes of its services as well', async () => {
  @Handler()
  class Uses {
    constructor(readonly connection: Connection) {}
    handle(): void {}
  }
  await invoke(createHandler(Uses).handler, {}, fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } }));
  expect(log).toEqual(['connection, in a span: false']);
});
