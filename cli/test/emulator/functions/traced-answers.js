// A traced function whose method returns or throws what FC cannot format.
require('reflect-metadata');
const { createHandler } = require('fc-traced');

const circular = () => {
  const loop = { name: 'loop' };
  loop.loop = loop;
  return loop;
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const values = {
  circular,
  revoked,
  bigint: () => ({ total: 1n }),
  toJSON: () => ({
    toJSON() {
      throw new RangeError('no JSON');
    },
  }),
  getter: () => ({
    get total() {
      throw new RangeError('no total');
    },
  }),
  noPrototype: () => Object.assign(Object.create(null), { id: 7 }),
  noPrototypes: () => [Object.assign(Object.create(null), { id: 7 })],
  ownToString: () => ({ toString: 'text', id: 7 }),
  noJSON: () => ({ toJSON: () => undefined }),
  function: () => Object.setPrototypeOf(() => 1, null),
  frozen: () => Object.freeze({ id: 7 }),
};
const errors = {
  circular,
  revoked,
  bigint: () => ({ total: 1n }),
  noPrototype: () => Object.assign(Object.create(null), { code: 7 }),
  frozen: () => Object.freeze(new RangeError('mine')),
  sealed: () => Object.seal(new RangeError('mine')),
  noStack: () => Object.assign(new RangeError('mine'), { stack: undefined }),
  bigintMessage: () => Object.assign(new RangeError('mine'), { message: 7n }),
  circularMessage: () => Object.assign(new RangeError('mine'), { message: circular() }),
  throwingMessage: () =>
    Object.defineProperty(new RangeError('mine'), 'message', {
      get() {
        throw new Error('no message');
      },
    }),
  proxy: () =>
    new Proxy(new RangeError('mine'), {
      get() {
        throw new Error('no fields');
      },
    }),
};

class Answers {
  returns(name) {
    return values[name]();
  }
  throws(name) {
    throw errors[name]();
  }
}
module.exports = createHandler(Answers, { entries: ['returns', 'throws'] });
