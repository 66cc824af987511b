import { Traced } from 'fc-traced';
import { expectTrace, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());
const names = (): string[] => traces.spans().map(({ name }) => name);
const described = Symbol('described');
const bare = Symbol();

class Base {
  @Traced()
  static count(): string {
    return this.name;
  }
  @Traced()
  inherited(): string {
    return this.constructor.name;
  }
  @Traced()
  overridden(): string {
    return 'base';
  }
  @Traced()
  [described](): number {
    return 1;
  }
  @Traced()
  [bare](): number {
    return 2;
  }
  @Traced()
  7(): number {
    return 7;
  }
  @Traced('chosen')
  named(): void {}
}
class Derived extends Base {
  override overridden(): string {
    return 'derived';
  }
}
class Traced2 extends Base {
  @Traced()
  override overridden(): string {
    return `traced over ${super.overridden()}`;
  }
}

test('a static method is traced with the class as its this, also on a subclass', () => {
  expect([Base.count(), Derived.count()]).toEqual(['Base', 'Derived']);
  expect(names()).toEqual(['Base.count', 'Base.count']);
});

test('methods with symbols and numbers as keys are traced', () => {
  const base = new Base();
  expect([base[described](), base[bare](), base[7]()]).toEqual([1, 2, 7]);
  expect(names()).toEqual(['Base[described]', 'Base[]', 'Base.7']);
});

test('the span of an inherited method has the name of the class that defines it', () => {
  expect(new Derived().inherited()).toBe('Derived');
  expect(names()).toEqual(['Base.inherited']);
});

test('a method that is overridden without @Traced has no span', () => {
  expect(new Derived().overridden()).toBe('derived');
  expect(names()).toEqual([]);
});

test('a method that is overridden with @Traced has a span, and that of super is its child', () => {
  expect(new Traced2().overridden()).toBe('traced over base');
  expectTrace(traces.only()).toMatchTree('Traced2.overridden\n  Base.overridden');
});

test('a custom name is used unchanged', () => {
  new Derived().named();
  expect(names()).toEqual(['chosen']);
});

test('the methods of an anonymous class are traced', () => {
  const make = (): { new (): { run(): void }; prototype: { run(): void } } =>
    class {
      run(): void {}
    };
  const Nameless = make();
  Object.defineProperty(
    Nameless.prototype,
    'run',
    Traced()(
      Nameless.prototype,
      'run',
      Object.getOwnPropertyDescriptor(Nameless.prototype, 'run')!,
    ) as PropertyDescriptor,
  );
  new Nameless().run();
  expect([Nameless.name, ...names()]).toEqual(['', '(anonymous).run']);
});

test('a traced method that is called on another object keeps its span name', () => {
  const borrowed = { inherited: Base.prototype.inherited };
  expect(borrowed.inherited()).toBe('Object');
  expect(names()).toEqual(['Base.inherited']);
});
