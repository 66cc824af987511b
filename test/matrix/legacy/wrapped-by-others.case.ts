import { Traced, Untraced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended } from '../check';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A decorator of another library, which replaces the method. */
function Logged(log: string[]): (...args: any[]) => any {
  const wrap = (method: Method): Method =>
    function logged(...args) {
      log.push('logged');
      return method.apply(this, args);
    };
  return (target: unknown, second: unknown, descriptor?: PropertyDescriptor) =>
    descriptor ? { ...descriptor, value: wrap(descriptor.value as Method) } : wrap(target as Method);
}

const log: string[] = [];

@Traced()
class Marked {
  @Logged(log)
  @Traced({ name: 'special' })
  ship(): void {}

  @Logged(log)
  @Untraced()
  ping(): void {}
}

check(
  '@Traced on a class does not trace a method with @Traced again, also below a decorator of another library',
  () => {
    new Marked().ship();
    assert.deepEqual(ended(), ['special']);
  },
);

check('@Traced on a class skips a method with @Untraced, also below a decorator of another library', () => {
  new Marked().ping();
  assert.deepEqual(ended(), []);
});
