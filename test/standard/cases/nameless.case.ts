import assert from 'node:assert/strict';
import { Traced } from 'fc-traced';
import { check, ended } from '../../matrix/check';

check('a class without a name is told as anonymous', () => {
  const make = (): { new (): { run(): void } } =>
    class {
      @Traced()
      run(): void {}
    };
  new (make())().run();
  assert.deepEqual(ended(), ['(anonymous).run']);
});
