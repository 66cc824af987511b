import path from 'node:path';
import { inFreshProcess } from '../package/fresh-process';

// A bundle as webpack creates it: each file is a function, and `require.cache` holds the modules of the bundle, which have no file names.
const BUNDLE = `
  const fs = require('node:fs');
  const path = require('node:path');
  const Module = require('node:module');
  const outside = Module.createRequire(dist + 'index.js');
  const cache = {};
  function bundled(file) {
    if (cache[file] !== undefined) return cache[file].exports;
    const module = (cache[file] = { id: file, loaded: false, exports: {} });
    const bundledRequire = (request) => (request.startsWith('.') ? bundled(outside.resolve(path.resolve(path.dirname(file), request))) : outside(request));
    bundledRequire.cache = cache;
    new Function('module', 'exports', 'require', '__dirname', fs.readFileSync(file, 'utf8'))(module, module.exports, bundledRequire, '/');
    module.loaded = true;
    return module.exports;
  }
  const { createHandler } = bundled(dist + 'index.js');
  const names = [];
  const nothing = async () => {};
  const processor = { onStart() {}, onEnd: ({ name }) => names.push(name), forceFlush: nothing, shutdown: nothing };
  const { handler } = createHandler(class { handle() { return 'done'; } }, { name: 'shop', spanProcessors: [processor] });
  await nothing();
  const answer = await handler(Buffer.from('{}'), {});
  report({ answer, names });`;

test('a bundled program works unchanged with TRACED_SLOWEST_MODULES', async () => {
  const { answer, names } = await inFreshProcess<{ answer: unknown; names: readonly string[] }>(BUNDLE, {
    TRACED_SLOWEST_MODULES: '5',
    FC_FUNC_CODE_PATH: path.join(__dirname, 'functions'),
  });
  expect(answer).toBe('done');
  expect(names).toEqual(expect.arrayContaining(['shop', 'cold start', 'load modules']));
});
