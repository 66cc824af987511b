import { Traced, Untraced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, span } from '../check';

const SECRET = Symbol('secret');

class Parent {
  fromParent(): void {}
}

@Traced({ kind: 'client' })
class Stock extends Parent {
  static Shelf = class {};
  readonly field = (): number => 1;

  static open(): Stock {
    return new this();
  }

  take(): number {
    return this.size;
  }

  async later(): Promise<number> {
    return 2;
  }

  *pages(): Generator<number> {
    yield 1;
  }

  [SECRET](): void {}

  get size(): number {
    return 3;
  }

  @Untraced()
  ping(): string {
    return 'pong';
  }

  @Traced({ name: 'special', kind: 'producer' })
  special(): void {}
}

@Traced({ filter: (method) => method !== 'ping' })
class Filtered {
  ping(): void {}
  take(): void {}
}

check(
  '@Traced() on a class traces its own methods, also static and symbol-keyed ones, with the options of the class',
  async () => {
    const stock = Stock.open();
    assert.equal(stock.take(), 3);
    assert.equal(await stock.later(), 2);
    assert.deepEqual([...stock.pages()], [1]);
    stock[SECRET]();
    assert.deepEqual(ended(), ['Stock.open', 'Stock.take', 'Stock.later', 'Stock.pages', 'Stock[secret]']);
    assert.equal(span('Stock.take').kind, 'client');
  },
);

check(
  '@Traced() on a class does not trace its constructor, getters, fields, inner classes and inherited methods',
  () => {
    const stock = new Stock();
    assert.equal(stock.size, 3);
    assert.equal(stock.field(), 1);
    assert.ok(new Stock.Shelf());
    stock.fromParent();
    assert.deepEqual(ended(), []);
  },
);

check('@Untraced() excludes a method from @Traced() on the class', () => {
  assert.equal(new Stock().ping(), 'pong');
  assert.deepEqual(ended(), []);
});

check('the options of a method take precedence over those of its class, and there is one span', () => {
  new Stock().special();
  assert.deepEqual(ended(), ['special']);
  assert.equal(span('special').kind, 'producer');
});

check('the option filter selects the methods of a class that are traced', () => {
  new Filtered().ping();
  new Filtered().take();
  assert.deepEqual(ended(), ['Filtered.take']);
});

check('@Traced() does not replace the class, and the class can be extended', () => {
  @Traced()
  class Sub extends Stock {
    override take(): number {
      return super.take() + 1;
    }
  }
  assert.equal(new Sub().take(), 4);
  assert.ok(new Sub() instanceof Stock);
  assert.equal(Stock.name, 'Stock');
  assert.deepEqual(ended(), ['Stock.take', 'Sub.take']);
});
