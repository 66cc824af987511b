import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, mark, span, tree } from '../../matrix/check';

class Vault {
  @Traced({ attributes: (name) => ({ name }), resultAttributes: (value) => ({ value }) })
  #open(name: string): number {
    mark('inside');
    return name.length;
  }

  @Traced()
  static #count(): number {
    return 2;
  }

  @Traced()
  async *#pages(): AsyncGenerator<number> {
    yield 1;
  }

  @Traced()
  get #size(): number {
    return 4;
  }

  @Traced()
  open(name: string): number {
    return this.#open(name);
  }

  static count(): number {
    return Vault.#count();
  }

  pages(): AsyncGenerator<number> {
    return this.#pages();
  }

  size(): number {
    return this.#size;
  }
}

class Basket {
  private readonly factor = 2;

  @Traced()
  accessor items = 1;

  @Traced()
  static accessor kind = 'wicker';

  @Traced({ attributes: (rate) => ({ rate }) })
  price = async (rate: number): Promise<number> => {
    mark('pricing');
    return this.factor * rate;
  };

  @Traced()
  static total = (): number => 7;
}

class Sub extends Basket {}

check('a #private method is traced, with attributes of its arguments and its result', () => {
  assert.equal(new Vault().open('door'), 4);
  tree(`
    Vault.open
      Vault.#open
        inside
  `);
  assert.deepEqual([span('Vault.#open').attributes.name, span('Vault.#open').attributes.value], ['door', 4]);
});

check('static #private methods, #private generators and #private getters are traced', async () => {
  assert.equal(Vault.count(), 2);
  for await (const page of new Vault().pages()) assert.equal(page, 1);
  assert.equal(new Vault().size(), 4);
  assert.deepEqual(ended(), ['Vault.#count', 'Vault.#pages', 'Vault.#size']);
});

check('an accessor is traced when it is read and written, and keeps its initial value', () => {
  const basket = new Basket();
  assert.equal(basket.items, 1);
  basket.items = 5;
  assert.equal(basket.items, 5);
  Basket.kind += '!';
  assert.equal(Basket.kind, 'wicker!');
  assert.deepEqual(ended(), [
    'Basket.items',
    'Basket.items',
    'Basket.items',
    'Basket.kind',
    'Basket.kind',
    'Basket.kind',
  ]);
});

check('an async arrow function in a field is traced with the this of its object, also without the object', async () => {
  const { price } = new Basket();
  assert.deepEqual(await Promise.all([1, 2].map(price)), [2, 4]);
  assert.deepEqual(
    ended().filter((name) => name !== 'pricing'),
    ['Basket.price', 'Basket.price'],
  );
  assert.equal(Basket.total(), 7);
});

check('a field of a subclass instance is named after the class of the instance', async () => {
  await new Sub().price(1);
  tree(`
    Sub.price
      pricing
  `);
});

check('two instances do not share the traced arrow function of a field', () => {
  const [one, two] = [new Basket(), new Basket()];
  assert.notEqual(one.price, two.price);
});
