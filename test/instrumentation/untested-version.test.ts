import { InstalledCopy } from '../package/installed-copy';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const copy = new InstalledCopy();
afterAll(() => copy.remove());

/** Sets up the instrumentation of http in a version, and returns what is logged. */
async function logOf(version: string, body = ''): Promise<string[]> {
  const name = '@opentelemetry/instrumentation-http';
  copy.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version, main: 'index.js' }));
  copy.write(
    `node_modules/${name}/index.js`,
    `exports.HttpInstrumentation = class {
      instrumentationName = '${name}';
      instrumentationVersion = '${version}';
      _modules = [{ name: 'http', supportedVersions: ['*'], files: [] }];
      _onRequire() {}
      constructor() { ${body} }
      setTracerProvider() {}
      enable() {}
    };`,
  );
  const program = copy.write(
    'program.cjs',
    `const { diag } = require('@opentelemetry/api');
     const log = [];
     const keep = (line) => void log.push(line);
     diag.setLogger({ error: keep, warn: keep, info() {}, debug() {}, verbose() {} });
     const { createHandler } = require('fc-traced');
     class Hello { handle() { return 1; } }
     const { handler } = createHandler(Hello, { endpoint: 'http://127.0.0.1:1/v1/traces', flushTimeoutMillis: 1, instrumentations: ['http'] });
     handler(Buffer.from('{}'), {}).then(() => process.stdout.write(JSON.stringify(log), () => process.exit(0)));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: copy.folder });
  return (JSON.parse(stdout) as string[]).filter((line) => line.includes('instrumentation'));
}

test.each(['0.57.2', '0.221.0', '0.302.0', '1.0.0'])(
  'version %s, which was not tested, is set up and logged',
  async (version) => {
    expect(await logOf(version)).toEqual([
      `fc-traced: the instrumentation http has version ${version}, but was tested with 0.222 to 0.301; its spans may differ`,
    ]);
  },
);

test.each(['0.222.0', '0.223.1', '0.300.0', '0.301.0'])('version %s is set up and not logged', async (version) => {
  expect(await logOf(version)).toEqual([]);
});

test('a version that cannot be set up is logged, and the call is answered', async () => {
  expect(await logOf('9.0.0', "throw new TypeError('no such option')")).toEqual([
    'fc-traced: the instrumentation http could not be set up: TypeError',
  ]);
});
