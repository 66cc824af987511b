import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startCollector } from '../../cli/src/viewer/collector';
import type { Collector } from '../../cli/src/viewer/collector';
import { runs } from '../soak';

const DIST = JSON.stringify(join(__dirname, '..', '..', 'dist', 'index.js'));

/** A program that calls a traced handler and ends as `body` says, in the handler. */
const program = (before: string, body: string): string => `
  const { createHandler } = require(${DIST});
  const later = (millis = 5) => new Promise((resolve) => setTimeout(resolve, millis));
  const terminate = () => process.kill(process.pid, 'SIGTERM');
  const never = () => later(60_000);
  ${before}
  class Ends { async handle() { await later(); ${body} } }
  const { handler } = createHandler(Ends, { coldStartSpans: false });
  const [endpoint, flag] = process.argv.slice(1);
  const tracing = { jaegerEndpoint: endpoint, openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:' + flag };
  const context = { requestId: '1', credentials: {}, function: { name: 'ends', timeout: 60 }, service: {}, tracing };
  handler(Buffer.from('{}'), context).then((value) => console.log('answer', value));
`;

/** Programs, each with what happens before the call and in it. The first ones are those of the short run. */
const PROGRAMS: Readonly<Record<string, readonly [before: string, body: string]>> = {
  'SIGTERM without a listener': ['', 'terminate(); await never();'],
  'SIGTERM with a listener that exits': [
    "process.on('SIGTERM', () => { console.log('listener'); process.exit(9); });",
    'terminate(); await never();',
  ],
  'SIGTERM with a library that ends the process if it has the only listener': [
    "const only = () => { process.off('SIGTERM', only); console.log(process.listenerCount('SIGTERM')); if (process.listenerCount('SIGTERM') === 0) terminate(); }; process.on('SIGTERM', only);",
    'terminate(); await never();',
  ],
  'an uncaught error': ['', "setTimeout(() => { throw new TypeError('lost'); }); await never();"],
  'an unhandled rejection': ['', "Promise.reject(new TypeError('lost')); await never();"],
  'process.exit': ["process.on('exit', (code) => console.log('exit', code));", 'process.exit(7);'],
  'SIGTERM with a listener that lets the call end': [
    "let stop; process.once('SIGTERM', () => stop());",
    'const stopped = new Promise((resolve) => { stop = resolve; }); const timer = setInterval(() => {}, 1e3); terminate(); await stopped; clearInterval(timer); return 1;',
  ],
  'a second SIGTERM while the first one is handled': ['', 'terminate(); setImmediate(terminate); await never();'],
  'an error that is not an error': ['', 'setTimeout(() => { throw undefined; }); await never();'],
  'an uncaught error that is handled': [
    "process.on('uncaughtException', (error, origin) => console.log(origin, error.message));",
    "setTimeout(() => { throw new TypeError('lost'); }); await later(50); return 2;",
  ],
  'an uncaught error that is captured': [
    "process.setUncaughtExceptionCaptureCallback((error) => console.log('captured', error.message));",
    "setTimeout(() => { throw new TypeError('lost'); }); await later(50); return 2;",
  ],
  'an unhandled rejection that is handled': [
    "process.on('unhandledRejection', (error) => console.log('handled', error.message));",
    "Promise.reject(new TypeError('lost')); await later(50); return 2;",
  ],
  'a listener for exit that changes the code': [
    "process.on('exit', () => { process.exitCode = 5; });",
    'process.exitCode = 4; process.exit();',
  ],
  'an event loop that is empty during a call': ['', 'await new Promise(() => {});'],
  'as many listeners as Node.js allows without a warning': [
    "for (let i = 0; i < 10; i += 1) { process.on('exit', () => {}); process.on('SIGTERM', () => {}); }",
    'console.log(process.getMaxListeners()); return 3;',
  ],
  'listeners that remain after a call': [
    '',
    "setTimeout(() => console.log(['SIGTERM', 'exit', 'uncaughtExceptionMonitor'].map((name) => process.listenerCount(name))), 200); return 4;",
  ],
};

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.close());

function run(source: string, isRecorded: boolean): Promise<End> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', source, collector.otlpEndpoint, isRecorded ? '1' : '0']);
    let output = '';
    const add = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}

// Windows has no signals.
(process.platform === 'win32' ? test.skip : test.concurrent).each(
  Object.entries(PROGRAMS).slice(0, runs({ short: 6, long: 100 })),
)(
  'the process ends as without tracing, with the same output: %s',
  async (_name, [before, body]) => {
    const source = program(before, body);
    expect(await run(source, true)).toEqual(await run(source, false));
  },
  30_000,
);
