import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { checkNative, ended } from '../../matrix/check';

checkNative('the span of an anonymous class is named (anonymous).method', () => {
  const make = (): { new (): { run(): void } } =>
    class {
      @Traced()
      run(): void {}
    };
  new (make())().run();
  assert.deepEqual(ended(), ['(anonymous).run']);
});
