import 'reflect-metadata';
import { container, Lifecycle, singleton } from 'tsyringe';
import { version } from 'tsyringe/package.json';

// handler/scope.ts rests on these members, which tsyringe's types do not show. When this fails after an update, read it
// before anything else.
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

test('tsyringe is of the line that handler/scope.ts was written for', () => {
  expect(version).toMatch(/^4\.1\d\./);
});

test('a child container knows its parent, and a registration bears provider, lifecycle and instance', () => {
  const parent = container.createChildContainer();
  @singleton()
  class Single {}
  parent.registerSingleton(Single);
  const child = open(parent.createChildContainer());
  expect(child.parent).toBe(parent);
  const [entry] = [...open(parent)._registry.entries()];
  expect(entry![0]).toBe(Single);
  expect(entry![1]).toEqual([{ provider: { useClass: Single }, options: { lifecycle: Lifecycle.Singleton } }]);
  const made = parent.resolve(Single);
  expect(entry![1][0]!.instance).toBe(made);
});

test('resolve goes through resolveRegistration and construct of the container itself, with a context that holds scopedResolutions', () => {
  const child = container.createChildContainer();
  class Plain {}
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

test('a context made of nothing but scopedResolutions is enough to resolve in', () => {
  class Plain {}
  const child = container.createChildContainer();
  const made = open(child).resolveRegistration(
    { provider: { useClass: Plain }, options: { lifecycle: Lifecycle.ResolutionScoped } },
    { scopedResolutions: new Map() },
  );
  expect(made).toBeInstanceOf(Plain);
});

test('the container that constructs a disposable keeps it', () => {
  class Disposable {
    dispose(): void {}
  }
  const child = container.createChildContainer();
  const made = child.resolve(Disposable);
  expect([...open(child).disposables]).toEqual([made]);
});

test('tokens of @inject stand under the key that handler/scope-graph.ts reads', async () => {
  const { inject } = await import('tsyringe');
  class Uses {
    constructor(readonly a: string) {}
  }
  inject('a')(Uses, undefined, 0);
  expect(Reflect.getOwnMetadata('injectionTokens', Uses)).toMatchObject({ 0: { token: 'a', multiple: false } });
});

test('an undecorated class with parameters is refused with the words that handler/scope-graph.ts reads', () => {
  class Undecorated {
    constructor(readonly a: string) {}
  }
  expect(() => container.resolve(Undecorated)).toThrow(/^TypeInfo not known for "Undecorated"/);
});
