import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, span } from '../check';

class Basket {
  private items = 2;

  @Traced({ resultAttributes: (size) => ({ size }) })
  get size(): number {
    return this.items;
  }

  @Traced()
  set count(items: number) {
    if (items < 0) throw new RangeError('negative');
    this.items = items;
  }

  @Traced()
  static get kinds(): string[] {
    return ['wicker'];
  }
}

check('a getter is traced, returns its value and stays a getter', () => {
  assert.equal(new Basket().size, 2);
  assert.equal(span('Basket.size').attributes.size, 2);
  const { get, set, enumerable } = Object.getOwnPropertyDescriptor(Basket.prototype, 'size')!;
  assert.deepEqual([get?.name, set, enumerable], ['get size', undefined, false]);
});

check('a setter is traced and throws its errors', () => {
  const basket = new Basket();
  basket.count = 5;
  assert.equal(basket.size, 5);
  assert.throws(() => (basket.count = -1), { message: 'negative' });
  assert.deepEqual(ended(), ['Basket.count', 'Basket.size', 'Basket.count']);
});

check('the span of a static getter is named after its class', () => {
  assert.deepEqual(Basket.kinds, ['wicker']);
  assert.deepEqual(ended(), ['Basket.kinds']);
});
