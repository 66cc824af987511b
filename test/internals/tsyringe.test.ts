import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { diag } from '@opentelemetry/api';
import {
  container,
  inject,
  instanceCachingFactory,
  instancePerContainerCachingFactory,
  Lifecycle,
  predicateAwareClassFactory,
  singleton,
} from 'tsyringe';
import type { DependencyContainer, FactoryFunction } from 'tsyringe';
import { version } from 'tsyringe/package.json';
import { createHandler, Handler, InjectContext, InjectEvent, Service } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { factoryKindOf } from '../../src/container/factory-kind';
import type { FactoryKind } from '../../src/container/factory-kind';
import { diagnostics } from '../../src/diagnostics';
import { readCode, sourceFiles } from '../package/import-scan';

// src/container/tsyringe-internals.ts uses these members, which are not part of tsyringe's types.
interface Open {
  parent?: Open;
  _registry: {
    entries(): Iterable<[unknown, { provider: unknown; options: { lifecycle: Lifecycle }; instance?: unknown }[]]>;
  };
  disposables: Set<unknown>;
  resolveRegistration(registration: object, context: object): unknown;
  construct(target: unknown, context: object): unknown;
}
const open = (given: unknown): Open => given as Open;
class Plain {}

describe('tsyringe', () => {
  test('has a version that the peer dependency allows', () => {
    expect(version).toMatch(/^4\.10\./);
  });

  test('parent: a child container refers to its parent', () => {
    expect(open(container.createChildContainer()).parent).toBe(container);
  });

  test('_registry: entries() returns provider, options and, once resolved, instance of each registration', () => {
    @singleton()
    class Single {}
    const parent = container.createChildContainer();
    parent.registerSingleton(Single);
    const [entry] = [...open(parent)._registry.entries()];
    expect(entry![0]).toBe(Single);
    expect(entry![1]).toEqual([{ provider: { useClass: Single }, options: { lifecycle: Lifecycle.Singleton } }]);
    const made = parent.resolve(Single);
    expect(entry![1][0]!.instance).toBe(made);
  });

  test('resolveRegistration and construct: resolve() calls both as methods of the container, with a resolution context', () => {
    const child = container.createChildContainer();
    child.register('plain', { useClass: Plain });
    const calls: unknown[] = [];
    const { resolveRegistration, construct } = open(child);
    open(child).resolveRegistration = (registration, context) => {
      calls.push(['resolveRegistration', registration, Object.keys(context)]);
      return resolveRegistration.call(child, registration, context);
    };
    open(child).construct = (target, context) => {
      calls.push(['construct', target]);
      return construct.call(child, target, context);
    };
    expect(child.resolve('plain')).toBeInstanceOf(Plain);
    expect(calls).toEqual([
      ['resolveRegistration', expect.objectContaining({ provider: { useClass: Plain } }), ['scopedResolutions']],
      ['construct', Plain],
    ]);
  });

  test('scopedResolutions: a context with nothing else is enough to resolve a registration', () => {
    const child = open(container.createChildContainer());
    const context = { scopedResolutions: new Map() };
    const registration = { provider: { useClass: Plain }, options: { lifecycle: Lifecycle.ResolutionScoped } };
    const made = child.resolveRegistration(registration, context);
    expect(made).toBeInstanceOf(Plain);
    expect(child.resolveRegistration(registration, context)).toBe(made);
  });

  test('disposables: a container holds the disposable objects that it constructed', () => {
    class Disposable {
      dispose(): void {}
    }
    const child = container.createChildContainer();
    const made = child.resolve(Disposable);
    expect([...open(child).disposables]).toEqual([made]);
  });

  test.each<[string, FactoryFunction<unknown>, FactoryKind]>([
    ['instanceCachingFactory', instanceCachingFactory(() => new Plain()), 'instance'],
    ['instancePerContainerCachingFactory', instancePerContainerCachingFactory(() => new Plain()), 'call'],
    ['predicateAwareClassFactory', predicateAwareClassFactory<object>(() => true, Plain, Object), 'unknown'],
  ])('%s is recognized, and keeps as much as its kind says', (_, useFactory, kind) => {
    expect(factoryKindOf(useFactory)).toBe(kind);
    const made = [1, 2].map(() => {
      const child = container.createChildContainer();
      child.register('made', { useFactory });
      expect(child.resolve('made')).toBe(child.resolve('made'));
      return child.resolve('made');
    });
    expect(made[0] === made[1]).toBe(kind !== 'call');
  });

  test('createChildContainer: container-scoped registrations of the parent are copied without their instance', () => {
    const parent = container.createChildContainer();
    parent.register('plain', { useClass: Plain }, { lifecycle: Lifecycle.ContainerScoped });
    parent.resolve('plain');
    const child = open(parent.createChildContainer());
    expect([...child._registry.entries()]).toEqual([
      ['plain', [{ provider: { useClass: Plain }, options: { lifecycle: Lifecycle.ContainerScoped } }]],
    ]);
  });

  test('"injectionTokens": the metadata key under which @inject stores tokens by parameter index', () => {
    class Uses {
      constructor(readonly a: string) {}
    }
    inject('a')(Uses, undefined, 0);
    expect(Reflect.getOwnMetadata('injectionTokens', Uses)).toMatchObject({ 0: { token: 'a', multiple: false } });
  });

  test('"TypeInfo not known": the start of the message for an undecorated class with parameters', () => {
    class Undecorated {
      constructor(readonly a: string) {}
    }
    expect(() => container.resolve(Undecorated)).toThrow(/^TypeInfo not known for "Undecorated"/);
  });

  test('its private members are named in src/container/tsyringe-internals.ts only', () => {
    const src = path.join(__dirname, '..', '..', 'src');
    const names =
      /\.(_registry|disposables|resolveRegistration|construct|provider|instance)\b|scopedResolutions|injectionTokens|TypeInfo not known/;
    const naming = sourceFiles(src).filter(
      (file) => file.startsWith('container/') && names.test(readCode(path.join(src, file))),
    );
    expect(naming).toEqual(['container/tsyringe-internals.ts']);
  });
});

/** A container of a tsyringe whose source has been changed: each key is replaced by its value. */
function changedContainer(changes: Readonly<Record<string, string>>): DependencyContainer {
  const file = require.resolve('tsyringe/dist/cjs/dependency-container');
  let source = readFileSync(file, 'utf8').replace(
    'exports.typeInfo = new Map()',
    'exports.typeInfo = original.typeInfo',
  );
  for (const [text, replacement] of Object.entries(changes)) {
    expect(source).toContain(text);
    source = source.replaceAll(text, replacement);
  }
  const exports: { instance?: DependencyContainer } = {};
  // oxlint-disable-next-line no-implied-eval -- the source is tsyringe's own
  const load = new Function('require', 'exports', 'original', source) as (...args: unknown[]) => void;
  load((request: string) => require(createRequire(file).resolve(request)), exports, require(file));
  return exports.instance!;
}

/** The metadata key of `@inject` while `work` runs. */
function withMetadataKey(key: string, work: () => void): void {
  const helpers = require('tsyringe/dist/cjs/reflection-helpers') as { INJECTION_TOKEN_METADATA_KEY: string };
  const before = helpers.INJECTION_TOKEN_METADATA_KEY;
  helpers.INJECTION_TOKEN_METADATA_KEY = key;
  try {
    work();
  } finally {
    helpers.INJECTION_TOKEN_METADATA_KEY = before;
  }
}

const INTERCEPTION_LOST =
  "Invocations use plain child containers: services are not disposed of, CAPTIVE_DEPENDENCY is not detected, singletons may keep objects of the invocation that created them, and injection errors are tsyringe's own. Install tsyringe ~4.10.0.";
const EXPLANATION_LOST =
  "Injection errors are tsyringe's own instead of UNRESOLVABLE_DEPENDENCY. Install tsyringe ~4.10.0.";
const warning = (members: string, lost: string): string =>
  `fc-traced: tsyringe has changed: its private members ${members} are missing or different. ${lost}`;

const warnings: string[] = [];
const ignore = (): void => {};
const keep = (message: string): void => void (message.startsWith('fc-traced: tsyringe') && warnings.push(message));
beforeAll(() => diag.setLogger({ error: ignore, warn: keep, info: ignore, debug: ignore, verbose: ignore }));
beforeEach(() => {
  diagnostics.messages.clear();
  warnings.length = 0;
});
afterAll(() => diag.disable());

let disposed = 0;
@Service()
class Connection {
  dispose(): void {
    disposed += 1;
  }
}
@Service({ scope: 'singleton' })
class Pool {
  constructor(
    @InjectContext() readonly context: FcContext,
    @InjectEvent() readonly event: { id: number },
  ) {}
}
@Handler()
class Uses {
  constructor(
    readonly connection: Connection,
    readonly pool: Pool,
  ) {}
  handle(event: { id: number }): unknown[] {
    return [this.connection instanceof Connection, event.id, this.pool.event.id, this.pool.context.requestId];
  }
}

describe('a container with another private member', () => {
  test.each<[string, Record<string, string>]>([
    ['parent', { 'this.parent': 'this.outer' }],
    ['_registry', { _registry: 'registry' }],
    ['resolveRegistration', { resolveRegistration: 'resolveOne' }],
    ['construct', { 'construct(': 'build(' }],
    ['disposables', { disposables: 'disposableObjects' }],
    ['scopedResolutions', { 'new resolution_context_1.default()': '{}' }],
    [
      'provider',
      { '{ provider, options }': '{ given: provider, options }', 'registration.provider': 'registration.given' },
    ],
    [
      'options',
      {
        '{ provider, options }': '{ provider, lifecycle: options.lifecycle }',
        'registration.options.': 'registration.',
        '({ options }) => options.': '(registration) => registration.',
      },
    ],
    ['instance', { 'registration.instance': 'registration.value' }],
  ])('%s: invocations work in plain child containers, with one warning', async (member, changes) => {
    disposed = 0;
    const own = changedContainer(changes);
    own.registerSingleton(Pool);
    const { handler, initialize } = createHandler(Uses, { container: own });
    await initialize(fakeFcContext());
    expect(await invoke(handler, { id: 1 }, fakeFcContext({ requestId: 'one' }))).toEqual([true, 1, 1, 'one']);
    expect(await invoke(handler, { id: 2 }, fakeFcContext({ requestId: 'two' }))).toEqual([true, 2, 2, 'two']);
    createHandler(Uses, { container: own });
    expect(disposed).toBe(0);
    expect(warnings).toEqual([warning(member, INTERCEPTION_LOST)]);
  });

  test('an event that is not a plain object is injected as it is', async () => {
    @Handler({ container: changedContainer({ _registry: 'registry' }) })
    class Bytes {
      constructor(@InjectEvent() readonly event: Buffer) {}
      handle(event: unknown): unknown[] {
        return [this.event === event, this.event.length];
      }
    }
    expect(await invoke(createHandler(Bytes).handler, 'no JSON')).toEqual([true, 7]);
  });

  test("errors are tsyringe's own, and a captive dependency is not detected", async () => {
    const own = changedContainer({ disposables: 'disposableObjects' });
    @Service({ scope: 'invocation' })
    class Cart {}
    @Service({ scope: 'singleton' })
    class Captor {
      constructor(readonly cart: Cart) {}
    }
    @Handler({ container: own })
    class Captive {
      constructor(readonly captor: Captor) {}
      handle(): boolean {
        return this.captor.cart instanceof Cart;
      }
    }
    @Handler({ container: own })
    class Unresolvable {
      constructor(@inject('missing') readonly missing: unknown) {}
      handle(): void {}
    }
    expect(await invoke(createHandler(Captive).handler)).toBe(true);
    const { handler, initialize } = createHandler(Unresolvable);
    await initialize(fakeFcContext());
    await expect(invoke(handler)).rejects.toThrow('Attempted to resolve unregistered dependency token: "missing"');
  });
});

describe('another description of what a class injects', () => {
  class Undecorated {
    constructor(readonly parameter: string) {}
  }

  async function expectOwnErrors(own: DependencyContainer, message: string): Promise<void> {
    disposed = 0;
    @Handler()
    class Broken {
      constructor(
        readonly connection: Connection,
        @inject(Undecorated) readonly undecorated: Undecorated,
      ) {}
      handle(): void {}
    }
    const { handler, initialize } = createHandler(Broken, { container: own });
    await initialize(fakeFcContext());
    await expect(invoke(handler)).rejects.toThrow(message);
    expect(disposed).toBe(1);
  }

  test('"TypeInfo not known": services are disposed of, errors are tsyringe\'s own, with one warning', async () => {
    await expectOwnErrors(
      changedContainer({ 'TypeInfo not known for': 'No type info for' }),
      'No type info for "Undecorated"',
    );
    expect(warnings).toEqual([warning('"TypeInfo not known"', EXPLANATION_LOST)]);
  });

  test('"injectionTokens": services are disposed of, errors are tsyringe\'s own, with one warning', async () => {
    let done: Promise<void> | undefined;
    withMetadataKey('tokens', () => {
      done = expectOwnErrors(container.createChildContainer(), 'TypeInfo not known for "Undecorated"');
    });
    await done;
    expect(warnings).toEqual([warning('"injectionTokens"', EXPLANATION_LOST)]);
  });
});

test('a disposed container causes no warning; invocations fail with the error of tsyringe', async () => {
  const own = container.createChildContainer();
  await own.dispose();
  const { handler } = createHandler(Uses, { container: own });
  await expect(invoke(handler)).rejects.toThrow('This container has been disposed');
  expect(warnings).toEqual([]);
});
