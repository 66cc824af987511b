import { join } from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

const functions = JSON.stringify(join(__dirname, 'functions', 'handler.js'));

// What a program can see of `require`, from a module in the folder of functions.
const look = `
  const Module = require('node:module');
  const { _load } = Module;
  const { createHandler } = require(dist + 'index.js');
  const isWrapped = Module._load !== _load;
  const requireThere = Module.createRequire(${functions});
  const errorOf = (run) => { try { run(); } catch (error) { return [error.name, error.code, error.message.split('\\n')[0], error.requireStack?.length]; } };
  const seen = {
    same: requireThere('./parents') === requireThere('./parents.js'),
    module: requireThere('./parents'),
    thrown: errorOf(() => requireThere('./throws')),
    again: errorOf(() => requireThere('./throws')),
    missing: errorOf(() => requireThere('./missing')),
    missingPackage: errorOf(() => requireThere('a-package-that-nobody-installed')),
    odd: [errorOf(() => requireThere(7)), errorOf(() => requireThere('')), errorOf(() => requireThere())],
    json: requireThere('../../../package.json').name,
    builtin: requireThere('node:fs') === require('fs'),
    resolved: requireThere.resolve('./parents').split(/[\\\\/]/).at(-1),
  };`;

interface Look {
  readonly seen: unknown;
  readonly isWrapped: boolean;
  readonly isBack: boolean;
}

function lookWith(env: Record<string, string>): Promise<Look> {
  return inFreshProcess<Look>(
    `${look} createHandler(class { handle() {} }); await nothing(); report({ seen, isWrapped, isBack: Module._load === _load }); function nothing() { return new Promise(setImmediate); }`,
    env,
  );
}

test('a program sees nothing of the measuring: exports, errors, parents; and it ends with loading', async () => {
  const [plain, measured] = await Promise.all([lookWith({}), lookWith({ TRACED_SLOWEST_MODULES: '10' })]);
  expect(measured.seen).toEqual(plain.seen);
  expect([plain.isWrapped, measured.isWrapped]).toEqual([false, true]);
  expect([plain.isBack, measured.isBack]).toEqual([true, true]);
});

test('beside require-in-the-middle, whichever came first, both see the module', async () => {
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

test('where something wrapped the loading after us, it stays wrapped', async () => {
  expect(
    await inFreshProcess(
      `
    const Module = require('node:module');
    const { createHandler } = require(dist + 'index.js');
    const { _load } = Module;
    const asked = [];
    const theirs = function (request) { asked.push(request); return Reflect.apply(_load, this, arguments); };
    Module._load = theirs;
    createHandler(class { handle() {} });
    await new Promise(setImmediate);
    require('node:zlib');
    report({ isTheirs: Module._load === theirs, asked: asked.includes('node:zlib') });
  `,
      { TRACED_SLOWEST_MODULES: '5' },
    ),
  ).toEqual({ isTheirs: true, asked: true });
});
