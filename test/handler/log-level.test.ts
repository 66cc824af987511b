import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const program = `
require('reflect-metadata');
const { createHandler } = require(${JSON.stringify(join(__dirname, '../../dist/index.js'))});
const { diag } = require('@opentelemetry/api');
if (process.argv[1] === 'own') diag.setLogger({ error() {}, warn: (text) => console.log('own: ' + text), info() {}, debug() {}, verbose() {} });
class Hello { handle() { return 'Hello'; } }
createHandler(Hello).handler(Buffer.from('{}'), { requestId: 'r' });
`;

function printedWith(level: string | undefined, ...args: string[]): string {
  const env = { ...process.env, ...(level === undefined ? {} : { OTEL_LOG_LEVEL: level }) };
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, ...args], {
    env,
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
  });
  return stdout + stderr;
}

test('OTEL_LOG_LEVEL=warn prints the warning that no endpoint is known', () => {
  expect(printedWith('warn')).toContain('fc-traced: no endpoint is known, so nothing is recorded');
});

test('without OTEL_LOG_LEVEL, and with OTEL_LOG_LEVEL=error, nothing is printed', () => {
  expect(printedWith(undefined)).toBe('');
  expect(printedWith('error')).toBe('');
});

test('a diag logger that the application has set is kept', () => {
  expect(printedWith('warn', 'own')).toMatch(/^own: fc-traced: no endpoint is known/);
});
