import { Traced, traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, span } from '../check';

class Orders {
  @Traced({ name: 'outer', kind: 'client' })
  @Traced({ name: 'inner', attributes: { from: 'inner' } })
  ship(): void {}

  @Traced()
  @Traced()
  @Traced()
  thrice(): void {}
}

check('a method that is decorated twice has one span, and the options of the outer decorator take precedence', () => {
  new Orders().ship();
  new Orders().thrice();
  assert.deepEqual(ended(), ['outer', 'Orders.thrice']);
  assert.deepEqual([span('outer').kind, span('outer').attributes.from], ['client', 'inner']);
});

check('traced() of a traced function has one span', () => {
  const price = traced(
    traced(() => 3, 'inner'),
    'outer',
  );
  assert.equal(price(), 3);
  assert.deepEqual(ended(), ['outer']);
});
