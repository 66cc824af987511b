import path from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

// A bundle as webpack makes one: each file a function, `require.cache` the bundle's own modules, which have no file names.
const BUNDLE = `
  const fs = require('node:fs');
  const path = require('node:path');
  const Module = require('node:module');
  const outside = Module.createRequire(dist + 'index.js');
  const cache = {};
  function bundled(file) {
    if (cache[file] !== undefined) return cache[file].exports;
    const module = (cache[file] = { id: file, loaded: false, exports: {} });
    const requireThere = (request) => (request.startsWith('.') ? bundled(outside.resolve(path.resolve(path.dirname(file), request))) : outside(request));
    requireThere.cache = cache;
    new Function('module', 'exports', 'require', '__dirname', fs.readFileSync(file, 'utf8'))(module, module.exports, requireThere, '/');
    module.loaded = true;
    return module.exports;
  }
  const { createHandler } = bundled(dist + 'index.js');
  const names = [];
  const nothing = async () => {};
  const seen = { onStart() {}, onEnd: ({ name }) => names.push(name), forceFlush: nothing, shutdown: nothing };
  const { handler } = createHandler(class { handle() { return 'done'; } }, { name: 'shop', spanProcessors: [seen] });
  await nothing();
  const answer = await handler(Buffer.from('{}'), {});
  report({ answer, names });`;

test('a program in a bundle is loaded and answers as ever when the slowest modules are asked for', async () => {
  const { answer, names } = await inFreshProcess<{ answer: unknown; names: readonly string[] }>(BUNDLE, {
    TRACED_SLOWEST_MODULES: '5',
    FC_FUNC_CODE_PATH: path.join(__dirname, 'functions'),
  });
  expect(answer).toBe('done');
  expect(names).toEqual(expect.arrayContaining(['shop', 'cold start', 'load modules']));
});
