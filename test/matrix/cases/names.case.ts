import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
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

  @Traced('custom name')
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

check('spans are named Class.method by default, or as the options say', () => {
  const base = new Base();
  base.ship();
  base.named();
  base.both();
  base['odd name']();
  assert.deepEqual(ended(), ['Base.ship', 'custom name', 'by option', 'Base.odd name']);
});

check('a static method is named after its class and keeps its this', () => {
  assert.ok(Other.open() instanceof Other);
  assert.ok(Base.open() instanceof Base);
  assert.deepEqual(ended(), ['Base.open', 'Base.open']);
});

check('a symbol-keyed method is named after the description of the symbol', () => {
  new Base()[PING]();
  assert.deepEqual(ended(), ['Base[ping]']);
});

check('the span of an inherited method is named after the class that defines it', () => {
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

check('an overridden method and its super method have a span each, named after their classes', () => {
  assert.equal(new Sub().ship(), 'sub of base');
  tree(`
    Sub.ship
      Base.ship
  `);
});

check('a traced method that an untraced override calls is named after the class that defines it', () => {
  assert.equal(new Plain().ship(), 'plain of base');
  assert.deepEqual(ended(), ['Base.ship']);
});

/** The first call of its method is through a subclass. */
class Late {
  @Traced()
  ship(): void {}
}
class LateSub extends Late {
  override ship(): void {
    super.ship();
  }
}

check('the first call of a method through a subclass does not determine its name', () => {
  new LateSub().ship();
  new Late().ship();
  assert.deepEqual(ended(), ['Late.ship', 'Late.ship']);
});

check('a method works without its object, and the next call has its name', () => {
  const { detached } = Base.prototype;
  assert.equal(detached(), 'no this');
  assert.equal(new Base().detached(), 'no this');
  assert.equal(ended().at(-1), 'Base.detached');
});

check('a method works on an object of another class, and the next call has its name', () => {
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
