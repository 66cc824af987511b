import { inFreshProcess } from '../package/fresh-process';

interface Reported {
  readonly reported: string[];
  readonly spans: string[];
}

const ASYNC = `class Work { async run(n = 1) { await null; throw new Error('lost'); } }`;

/** Compiles a class, decorates its method `run`, calls it without looking at the promise, and tells what Node reported. */
function reportedBy(compile: string, decorate = ['Traced()']): Promise<Reported> {
  return inFreshProcess(`
    const { Traced, Annotate, traced } = require(dist + 'index.js');
    const { recordTraces } = require(dist + 'testing.js');
    const traces = recordTraces();
    const source = ${JSON.stringify(ASYNC)};
    const swc = (target) => require('@swc/core').transformSync(source, { jsc: { target }, module: { type: 'commonjs' } }).code;
    const esbuild = (target, minify) => require('esbuild').transformSync(source, { target, minify, minifyIdentifiers: minify, keepNames: true }).code;
    const awaiter = \`var __awaiter = function (self, args, P, generator) {
      return new Promise((resolve, reject) => {
        const step = (result) => result.done ? resolve(result.value)
          : Promise.resolve(result.value).then((value) => step(generator.next(value)));
        generator = generator.apply(self, args || []);
        Promise.resolve().then(() => { try { step(generator.next()); } catch (error) { reject(error); } });
      });
    };\`;
    const code = ${compile};
    const Work = new Function('require', code + '; return Work;')(require);
    for (const decorator of [${decorate.join(', ')}]) {
      const descriptor = Object.getOwnPropertyDescriptor(Work.prototype, 'run');
      Object.defineProperty(Work.prototype, 'run', decorator(Work.prototype, 'run', descriptor));
    }
    const reported = [];
    process.on('unhandledRejection', (reason) => reported.push(reason.message));
    new Work().run();
    await new Promise((resolve) => setTimeout(resolve, 50));
    report({ reported, spans: traces.spans().map(({ name, status }) => name + ' ' + status.code) });
  `);
}

const LOST: Reported = { reported: ['lost'], spans: ['Work.run ERROR'] };

test.each([
  ['swc, ES2015', `swc('es2015')`],
  ['swc, ES2016', `swc('es2016')`],
  ['esbuild, ES2016', `esbuild('es2016', false)`],
  ['esbuild, ES2016, minified', `esbuild('es2016', true)`],
  [
    'the helper of TypeScript',
    `awaiter + "class Work { run() { return __awaiter(this, arguments, void 0, function* (n = 1) { throw new Error('lost'); }); } }"`,
  ],
  [
    'the helper of tslib',
    `awaiter + "const tslib_1 = { __awaiter }; class Work { run(n) { var args_1 = arguments; return (0, tslib_1.__awaiter)(this, void 0, void 0, function* () { throw new Error('lost'); }); } }"`,
  ],
])('Node still reports the rejection of an async method that was compiled by %s', async (_, compile) => {
  expect(await reportedBy(compile)).toEqual(LOST);
});

const annotate = `Annotate({ resultAttributes: () => ({}) })`;
test.each([
  ['@Traced above @Annotate', [annotate, 'Traced()']],
  ['@Annotate above @Traced', ['Traced()', annotate]],
  ['two @Annotate below @Traced', [annotate, annotate, 'Traced()']],
])('Node still reports the rejection of an async method with %s', async (_, decorators) => {
  expect(await reportedBy('source', decorators)).toEqual(LOST);
});

test('a method that returns a promise which may be shared is not taken for a compiled async method', async () => {
  const same = await inFreshProcess(`
    const { traced } = require(dist + 'index.js');
    const { recordTraces } = require(dist + 'testing.js');
    recordTraces();
    const kept = Promise.resolve(1);
    const __awaiter = () => kept;
    const functions = [
      function cached() { return kept; },
      function awaits(x) { if (x) { return kept; } return __awaiter(this, void 0, void 0, function* () {}); },
      function nested() { const f = () => __awaiter(this, void 0, void 0, function* () {}); f(); return kept; },
    ];
    report(functions.map((fn) => traced(fn)(true) === kept));
    process.exit();
  `);
  expect(same).toEqual([true, true, true]);
});
