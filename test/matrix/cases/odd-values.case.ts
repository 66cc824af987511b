import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import vm from 'node:vm';
import { check, ended } from '../check';

export class Box {
  @Traced()
  pass<T>(value: T): T {
    return value;
  }

  @Traced()
  async passLater<T>(value: T): Promise<Awaited<T>> {
    return await value;
  }
}

const revocable = Proxy.revocable({}, {});
revocable.revoke();

const ODD: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['a symbol', Symbol('x')],
  ['a function', (): void => {}],
  ['a frozen object', Object.freeze({ a: 1 })],
  ['a Proxy', new Proxy({ a: 1 }, {})],
  ['an object without a prototype', Object.create(null)],
  ['an array', [1]],
  ['a Map', new Map()],
  ['an object of another realm', vm.runInNewContext('({ a: 1 })')],
  ['a module namespace', assert],
  ['a revoked Proxy', revocable.proxy],
  ['a Date', new Date()],
  ['a Buffer', Buffer.from('a')],
  ['a class', class {}],
  ['a sealed array', Object.seal([1])],
];

check('a method returns its value unchanged, whatever the value is, and its span ends', () => {
  const box = new Box();
  for (const [name, value] of ODD) {
    assert.ok(Object.is(box.pass(value), value), name);
  }
  assert.equal(ended().length, ODD.length);
});

check('a promise is fulfilled with the same value, whatever the value is, and its span ends', async () => {
  const box = new Box();
  const settled = ODD.filter(([name]) => name !== 'a revoked Proxy');
  for (const [name, value] of settled) assert.ok(Object.is(await box.passLater(value), value), name);
  assert.equal(ended().length, settled.length);
});

check('no property of a returned Proxy is read or set', () => {
  const used: PropertyKey[] = [];
  const watched = new Proxy(
    {
      a: 1,
      get b(): number {
        return assert.fail('a getter ran');
      },
    },
    {
      get: (_target, key) => used.push(key),
      set: (_target, key) => used.push(key) > 0,
      defineProperty: (_target, key) => used.push(key) > 0,
      deleteProperty: (_target, key) => used.push(key) > 0,
    },
  );
  assert.equal(new Box().pass(watched), watched);
  assert.deepEqual(used, []);
});

check('a Proxy whose traps throw is returned unchanged', () => {
  const hostile = new Proxy(
    {},
    Object.fromEntries(
      ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'defineProperty'].map((trap) => [
        trap,
        () => {
          throw new Error(trap);
        },
      ]),
    ),
  );
  assert.ok(Object.is(new Box().pass(hostile), hostile));
  assert.deepEqual(ended(), ['Box.pass']);
});

check('a traced method that returns an object does not make Node.js load fetch', () => {
  const program = `const { Box } = require(${JSON.stringify(__filename)}); new Box().pass({}); console.log(process.moduleLoadList.filter((name) => name.includes('undici')).length);`;
  assert.equal(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }), '0\n');
});
