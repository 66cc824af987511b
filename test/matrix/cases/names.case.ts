import assert from 'node:assert/strict';
import { Traced } from 'fc-traced';
import { check, ended, tree } from '../check';

const PING = Symbol('ping');

class Base {
  @Traced()
  ship(): string {
    return 'base';
  }

  @Traced()
  inherited(): string {
    return 'inherited';
  }

  @Traced({ nameFromInstanceClass: true })
  shown(): void {}

  @Traced('a name of its own')
  named(): void {}

  @Traced({ name: 'by option', nameFromInstanceClass: true })
  both(): void {}

  @Traced()
  static open(): Base {
    return new this();
  }

  @Traced()
  [PING](): void {}

  @Traced()
  'odd name'(): void {}

  @Traced()
  detached(): string {
    return 'no this';
  }
}

class Sub extends Base {
  @Traced()
  override ship(): string {
    return `sub of ${super.ship()}`;
  }
}

class Plain extends Base {
  override ship(): string {
    return `plain of ${super.ship()}`;
  }
}

class Other extends Base {}

check('spans are named Class.method, or as they are told', () => {
  const base = new Base();
  base.ship();
  base.named();
  base.both();
  base['odd name']();
  assert.deepEqual(ended(), ['Base.ship', 'a name of its own', 'by option', 'Base.odd name']);
});

check('a static method is named after its class and keeps its this', () => {
  assert.ok(Other.open() instanceof Other);
  assert.ok(Base.open() instanceof Base);
  assert.deepEqual(ended(), ['Base.open', 'Base.open']);
});

check('a symbol-keyed method is named by what the symbol says', () => {
  new Base()[PING]();
  assert.deepEqual(ended(), ['Base[ping]']);
});

check('an inherited method is named after the class that has it', () => {
  assert.equal(new Sub().inherited(), 'inherited');
  assert.equal(new Other().inherited(), 'inherited');
  assert.deepEqual(ended(), ['Base.inherited', 'Base.inherited']);
});

check('nameFromInstanceClass names spans after the class of the instance', () => {
  new Base().shown();
  new Sub().shown();
  new Other().shown();
  assert.deepEqual(ended(), ['Base.shown', 'Sub.shown', 'Other.shown']);
});

check('an overridden method that calls super is a span each, named after its own class', () => {
  assert.equal(new Sub().ship(), 'sub of base');
  tree(`
    Sub.ship
      Base.ship
  `);
});

check('a method whose override calls super is still traced, under the name of the class it stands in', () => {
  assert.equal(new Plain().ship(), 'plain of base');
  assert.deepEqual(ended(), ['Base.ship']);
});

/** Its method is called through a subclass before anything else. */
class Late {
  @Traced()
  ship(): void {}
}
class LateSub extends Late {
  override ship(): void {
    super.ship();
  }
}

check('the first call of a method does not give its name away to a subclass', () => {
  new LateSub().ship();
  new Late().ship();
  assert.deepEqual(ended(), ['Late.ship', 'Late.ship']);
});

check('a method taken off its object still works, and the next call has its name', () => {
  const { detached } = Base.prototype;
  assert.equal(detached(), 'no this');
  assert.equal(new Base().detached(), 'no this');
  assert.equal(ended().at(-1), 'Base.detached');
});

check('a method borrowed by an object of another class still works, and the next call has its name', () => {
  class Lender {
    @Traced()
    lend(): string {
      return this.constructor.name;
    }
  }
  assert.equal(Lender.prototype.lend.call(new Other() as unknown as Lender), 'Other');
  new Lender().lend();
  assert.equal(ended().at(-1), 'Lender.lend');
});
