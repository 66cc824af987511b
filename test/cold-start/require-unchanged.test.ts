import { join } from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

const functions = JSON.stringify(join(__dirname, 'functions', 'handler.js'));

// What a program can observe of `require`, from a module in the folder `functions`.
const look = `
  const Module = require('node:module');
  const { _load } = Module;
  const { createHandler } = require(dist + 'index.js');
  const isWrapped = Module._load !== _load;
  const localRequire = Module.createRequire(${functions});
  const errorOf = (run) => { try { run(); } catch (error) { return [error.name, error.code, error.message.split('\\n')[0], error.requireStack?.length]; } };
  const seen = {
    same: localRequire('./parents') === localRequire('./parents.js'),
    module: localRequire('./parents'),
    thrown: errorOf(() => localRequire('./throws')),
    again: errorOf(() => localRequire('./throws')),
    missing: errorOf(() => localRequire('./missing')),
    missingPackage: errorOf(() => localRequire('a-package-that-nobody-installed')),
    odd: [errorOf(() => localRequire(7)), errorOf(() => localRequire('')), errorOf(() => localRequire())],
    json: localRequire('../../../package.json').name,
    builtin: localRequire('node:fs') === require('fs'),
    resolved: localRequire.resolve('./parents').split(/[\\\\/]/).at(-1),
  };`;

interface Look {
  readonly seen: unknown;
  readonly isWrapped: boolean;
  readonly isRestored: boolean;
}

function lookWith(env: Record<string, string>): Promise<Look> {
  return inFreshProcess<Look>(
    `${look} createHandler(class { handle() {} }); await nothing(); report({ seen, isWrapped, isRestored: Module._load === _load }); function nothing() { return new Promise(setImmediate); }`,
    env,
  );
}

test('recording changes no exports, errors and parents of modules, and stops when loading ends', async () => {
  const [plain, measured] = await Promise.all([lookWith({}), lookWith({ TRACED_SLOWEST_MODULES: '10' })]);
  expect(measured.seen).toEqual(plain.seen);
  expect([plain.isWrapped, measured.isWrapped]).toEqual([false, true]);
  expect([plain.isRestored, measured.isRestored]).toEqual([true, true]);
});

test('together with require-in-the-middle, in either order, both see the module', async () => {
  const script = (first: string, second: string): string => `
    const { Hook } = require('require-in-the-middle');
    const hooked = [];
    const hook = () => new Hook(['tslib'], (exports, name) => { hooked.push(name); return { ...exports, isHooked: true }; });
    const steps = { hook, load: () => require(dist + 'index.js') };
    let isHooked;
    steps.${first}(); steps.${second}();
    isHooked = require('tslib').isHooked === true || hooked.includes('tslib');
    const { createHandler } = require(dist + 'index.js');
    const spans = [];
    const nothing = async () => {};
    const { handler } = createHandler(class { handle() { return 'ok'; } }, { spanProcessors: [{ onStart() {}, onEnd: ({ name }) => spans.push(name), forceFlush: nothing, shutdown: nothing }] });
    const answer = await handler(Buffer.from('{}'), {});
    report({ isHooked, answer, required: spans.includes('require tsyringe') });
  `;
  for (const [first, second] of [
    ['hook', 'load'],
    ['load', 'hook'],
  ] as const) {
    expect(await inFreshProcess(script(first, second), { TRACED_SLOWEST_MODULES: '50' })).toEqual({
      isHooked: true,
      answer: 'ok',
      required: true,
    });
  }
});

test('a later wrapper of Module._load is kept', async () => {
  expect(
    await inFreshProcess(
      `
    const Module = require('node:module');
    const { createHandler } = require(dist + 'index.js');
    const { _load } = Module;
    const asked = [];
    const wrapper = function (request) { asked.push(request); return Reflect.apply(_load, this, arguments); };
    Module._load = wrapper;
    createHandler(class { handle() {} });
    await new Promise(setImmediate);
    require('node:zlib');
    report({ isKept: Module._load === wrapper, asked: asked.includes('node:zlib') });
  `,
      { TRACED_SLOWEST_MODULES: '5' },
    ),
  ).toEqual({ isKept: true, asked: true });
});
