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

test('a static method is traced, with the class as its this, also through a class that inherits it', () => {
  expect([Base.count(), Derived.count()]).toEqual(['Base', 'Derived']);
  expect(names()).toEqual(['Base.count', 'Base.count']);
});

test('methods under symbols and numbers are traced', () => {
  const base = new Base();
  expect([base[described](), base[bare](), base[7]()]).toEqual([1, 2, 7]);
  expect(names()).toEqual(['Base[described]', 'Base[]', 'Base.7']);
});

test('an inherited method keeps the name of the class that has it', () => {
  expect(new Derived().inherited()).toBe('Derived');
  expect(names()).toEqual(['Base.inherited']);
});

test('a method overridden without @Traced makes no span', () => {
  expect(new Derived().overridden()).toBe('derived');
  expect(names()).toEqual([]);
});

test('a method overridden with @Traced makes its own span, that of super below it', () => {
  expect(new Traced2().overridden()).toBe('traced over base');
  expectTrace(traces.only()).toMatchTree('Traced2.overridden\n  Base.overridden');
});

test('a chosen name is used as it is', () => {
  new Derived().named();
  expect(names()).toEqual(['chosen']);
});

test('the methods of a class without a name are traced', () => {
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

test('one wrapped method borrowed by another object is traced under the name it had', () => {
  const borrowed = { inherited: Base.prototype.inherited };
  expect(borrowed.inherited()).toBe('Object');
  expect(names()).toEqual(['Base.inherited']);
});
