// CommonJS functions that respond through the callback.
let calls = 0;
let ticks = 0;
let initialized = 0;

exports.initialize = (context, callback) => {
  initialized += 1;
  callback(null, '');
};
exports.failingInitializer = (context, callback) => {
  initialized += 1;
  callback(initialized < 2 ? new Error('not yet') : null);
};
exports.hooked = (event, context, callback) => {
  callback(null, { initialized, frozen: globalThis.frozen ?? 0 });
};
exports.preFreeze = (context, callback) => {
  globalThis.frozen = (globalThis.frozen ?? 0) + 1;
  setTimeout(() => callback(), 20);
};
exports.preStop = (context, callback) => {
  console.log(`preStop ${context.requestId}`);
  callback();
};

exports.count = (event, context, callback) => {
  calls += 1;
  callback(null, { calls, event: event.toString(), buffer: Buffer.isBuffer(event) });
};
exports.context = (event, context, callback) => {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].includes(name)),
  );
  callback(null, { context, env, cwd: process.cwd(), logger: Object.keys(context.logger) });
};
exports.value = (event, context, callback) => {
  const values = {
    buffer: Buffer.from([0, 255, 1]),
    object: { a: [1] },
    text: 'as is',
    number: 7,
    boolean: false,
    null: null,
    undefined,
    function: () => 1,
    large: 'x'.repeat(3_000_000),
  };
  callback(null, values[event.toString()]);
};
exports.twice = (event, context, callback) => {
  callback(null, 'first');
  callback(new Error('second'));
};
exports.promiseIgnored = async (event, context, callback) => {
  setTimeout(() => callback(null, 'from the callback'), 20);
  return 'from the promise';
};
exports.log = (event, context, callback) => {
  context.logger.info('from the logger');
  console.log('from the console');
  callback(null, '');
};
exports.tick = (event, context, callback) => {
  callback(null, String(ticks));
  setInterval(() => {
    ticks += 1;
  }, 5).unref();
};

exports.callbackError = (event, context, callback) => callback(new TypeError('given'));
exports.callbackText = (event, context, callback) => callback('only text');
exports.callbackObject = (event, context, callback) => callback({ code: 7 });
exports.thrown = () => {
  throw new RangeError('thrown');
};
exports.rejected = async () => {
  throw new RangeError('rejected');
};
exports.thrownText = () => {
  throw 'only text';
};
exports.rejectedUndefined = () => Promise.reject(undefined);
exports.circular = (event, context, callback) => {
  const loop = {};
  loop.loop = loop;
  callback(null, loop);
};
const unformattable = {
  bigint: () => ({ total: 1n }),
  noPrototype: () => Object.create(null),
  toJSON: () => ({
    toJSON() {
      throw new Error('no JSON');
    },
  }),
  getter: () => ({
    get total() {
      throw new Error('no total');
    },
  }),
  noStack: () => Object.assign(new Error('given'), { stack: undefined }),
  bigintMessage: () => Object.assign(new Error('given'), { message: 1n }),
};
exports.unformattableValue = (event, context, callback) => callback(null, unformattable[event.toString()]());
exports.unformattableError = (event, context, callback) => callback(unformattable[event.toString()]());
exports.exit = () => process.exit(3);
exports.hang = () => undefined;
exports.uncaught = () => {
  setTimeout(() => {
    throw new Error('nobody catches this');
  }, 5);
};
exports.notAFunction = 'text';
exports.described = (event, context, callback) => {
  callback(null, {
    statusCode: 418,
    headers: { 'x-mine': 'yes' },
    isBase64Encoded: true,
    body: Buffer.from('short').toString('base64'),
  });
};
exports.levels = (event, context, callback) => {
  console.log('a %s', 'b', { c: 1 });
  console.info('two\nlines');
  console.warn('careful');
  console.error(new TypeError('wrong').message);
  console.debug('detail');
  context.logger.error('from the logger', 7);
  callback(null, '');
};
exports.autoCallback = (event, context, callback) => setTimeout(() => callback(null, 'from the callback'), 5);
exports.autoPromise = async () => 'from the promise';
exports.autoBoth = async (event, context, callback) => callback(null, 'the first wins');
exports.autoValue = () => 'from the return';
exports.orphan = (event, context, callback) => {
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  callback(null, String(child.pid));
};
