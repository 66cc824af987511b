import assert from 'node:assert/strict';
import 'reflect-metadata';
import { Traced, traced } from 'fc-traced';
import { check, ended } from '../check';

/** A decorator that sets metadata and a property on the method, as those of NestJS and routing-controllers do. */
function Tagged(key: string): (...args: any[]) => void {
  return (target: object, _second: unknown, descriptor?: PropertyDescriptor) => {
    const method = (descriptor?.value ?? target) as object;
    Reflect.defineMetadata(key, `written by ${key}`, method);
    Reflect.set(method, key, 1);
  };
}

class Orders {
  @Tagged('above')
  @Traced()
  @Tagged('below')
  ship(id: number, _to: string, _express = false): number {
    return id;
  }

  @Traced()
  async later(): Promise<void> {}

  @Traced()
  *pages(): Generator<number> {
    yield 1;
  }

  @Traced()
  self(): this {
    return this;
  }

  @Traced()
  all(...args: unknown[]): unknown[] {
    return args;
  }

  @Traced()
  counted(): number {
    return arguments.length;
  }
}

check('a traced method keeps its name, length, flags and position', () => {
  const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'ship')!;
  assert.deepEqual([Orders.prototype.ship.name, Orders.prototype.ship.length], ['ship', 2]);
  assert.deepEqual([descriptor.writable, descriptor.enumerable, descriptor.configurable], [true, false, true]);
  assert.deepEqual(Reflect.ownKeys(Orders.prototype), [
    'constructor',
    'ship',
    'later',
    'pages',
    'self',
    'all',
    'counted',
  ]);
});

check('properties and metadata that decorators above and below set on a method are kept', () => {
  const { ship } = Orders.prototype;
  assert.deepEqual([Reflect.get(ship, 'above'), Reflect.get(ship, 'below')], [1, 1]);
  assert.deepEqual(
    [Reflect.getMetadata('above', ship), Reflect.getMetadata('below', ship)],
    ['written by above', 'written by below'],
  );
});

check('a traced method has the prototype of its kind and cannot be called with new', () => {
  assert.equal(
    Object.getPrototypeOf(Orders.prototype.later),
    Object.getPrototypeOf(async () => {}),
  );
  assert.equal(
    Object.getPrototypeOf(Orders.prototype.pages),
    Object.getPrototypeOf(function* () {}),
  );
  assert.throws(() => new (Orders.prototype.ship as unknown as new () => object)(), TypeError);
  assert.ok(!('prototype' in Orders.prototype.ship));
});

check('this, the arguments and their number are passed to a traced method', () => {
  const orders = new Orders();
  assert.equal(orders.self(), orders);
  assert.deepEqual(orders.all(1, undefined, null), [1, undefined, null]);
  assert.equal(Reflect.apply(orders.counted, orders, [undefined, undefined]), 2);
  assert.equal(orders.ship(7, 'home'), 7);
});

check('a traced method works on a frozen object and behind a Proxy', () => {
  assert.equal(Object.freeze(new Orders()).ship(7, 'home'), 7);
  const proxied = new Proxy(new Orders(), {});
  assert.equal(proxied.self(), proxied);
  assert.deepEqual(ended(), ['Orders.ship', 'Orders.self']);
});

check('traced() returns a function with the name, length and properties of the original one', () => {
  const price = traced(
    Object.assign(
      function price(this: unknown, items: number, _rate: number): number {
        return items * 3;
      },
      { currency: 'CNY' },
    ),
  );
  assert.deepEqual([price.name, price.length, price.currency, price(2, 1)], ['price', 2, 'CNY', 6]);
  assert.deepEqual(ended(), ['price']);
});
