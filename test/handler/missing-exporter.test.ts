import { inFreshProcess } from '../package/fresh-process';

test('a file of the package that was not deployed is named in one warning without a path, and invocations work', async () => {
  const { answers, lines } = await inFreshProcess<{ answers: string[]; lines: string[] }>(`
    const { Module } = require('node:module');
    const { diag, DiagLogLevel } = require('@opentelemetry/api');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (request, ...others) {
      return Reflect.apply(resolve, this, [request.replace('chunk-jaeger.js', 'chunk-jaeger-missing.js'), ...others]);
    };
    const lines = [];
    diag.setLogger({ error() {}, warn: (line) => lines.push(line), info() {}, debug() {}, verbose() {} }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const { createHandler } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Hello { handle() { return 'hello'; } }
    const { handler, initialize } = createHandler(Hello, { endpoint: 'http://127.0.0.1:9/api/traces' });
    await initialize(fakeFcContext());
    report({ answers: [await invoke(handler), await invoke(handler)], lines });
    process.exit(0);
  `);
  expect(answers).toEqual(['hello', 'hello']);
  expect(lines).toEqual([
    'fc-traced: the tracing SDK could not be loaded or set up: the file chunk-jaeger-missing.js of fc-traced was not found; deploy all files of its folder dist, or bundle them',
  ]);
});
