import 'reflect-metadata';
import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterAll(() => traces.stop());

/** A decorator of another library, which sets metadata and a property on the method. */
const Mark =
  (name: string) =>
  (target: object, method: string, descriptor: PropertyDescriptor): void => {
    Reflect.defineMetadata(`fn ${name}`, name, descriptor.value as object);
    Reflect.defineMetadata(`place ${name}`, name, target, method);
    Object.assign(descriptor.value as object, { [`mark ${name}`]: name });
  };
class Marked {
  @Mark('above')
  @Traced()
  @Mark('below')
  async run(_a: number, _b = 2, ..._rest: string[]): Promise<void> {}
}
class Plain {
  @Mark('above')
  @Mark('below')
  async run(_a: number, _b = 2, ..._rest: string[]): Promise<void> {}
}
const shapeOf = ({ prototype }: typeof Marked | typeof Plain): object => {
  const method = prototype.run;
  const { value: _, ...flags } = Object.getOwnPropertyDescriptor(prototype, 'run')!;
  return {
    flags,
    own: Object.getOwnPropertyDescriptors(method),
    proto: Object.getPrototypeOf(method) as object,
    keys: Reflect.ownKeys(prototype),
    metadata: Reflect.getMetadataKeys(method)
      .filter((name) => typeof name === 'string')
      .map((name: string) => [name, Reflect.getMetadata(name, method) as unknown]),
    place: Reflect.getMetadataKeys(prototype, 'run').filter(
      (name) => typeof name === 'string' && name.startsWith('place'),
    ),
    emitted: Reflect.getMetadata('design:paramtypes', prototype, 'run') as unknown,
  };
};

test('a traced method keeps flags, name, length, own properties, prototype, and the metadata of decorators above and below', () => {
  expect(shapeOf(Marked)).toEqual(shapeOf(Plain));
  expect(Marked.prototype.run.name).toBe('run');
  expect(Marked.prototype.run).toHaveLength(1);
  expect(Reflect.getMetadata('fn below', Marked.prototype.run)).toBe('below');
});

test('a traced method cannot be called with new and has no own prototype', () => {
  expect(() => Reflect.construct(Marked.prototype.run, [])).toThrow(TypeError);
  expect('prototype' in Marked.prototype.run).toBe(false);
});

test('two instances share one traced method, and it can be replaced on an instance', () => {
  const [one, two] = [new Marked(), new Marked()];
  expect(one.run).toBe(two.run);
  one.run = async () => {};
  expect(Object.keys(one)).toEqual(['run']);
  expect(two.run).toBe(Marked.prototype.run);
});

test('a method that another decorator froze is traced', () => {
  const Freeze = (_target: object, _key: string, descriptor: PropertyDescriptor): void =>
    void Object.freeze(descriptor.value);
  class Frozen {
    @Traced()
    @Freeze
    run(): number {
      return 7;
    }
  }
  expect(new Frozen().run()).toBe(7);
  expect(Frozen.prototype.run.name).toBe('run');
});

test('a method that another decorator replaced with a plain function is traced with the properties of that function', () => {
  const Replace = (_target: object, _key: string, descriptor: PropertyDescriptor): PropertyDescriptor => ({
    ...descriptor,
    value: function replaced(this: unknown) {
      return [this, 'replaced'];
    },
  });
  class Replaced {
    @Traced()
    @Replace
    run(): unknown {
      return 'original';
    }
  }
  const instance = new Replaced();
  expect(instance.run()).toEqual([instance, 'replaced']);
  expect(Replaced.prototype.run.name).toBe('replaced');
  expect(traces.spans().at(-1)!.name).toBe('Replaced.run');
});
