import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expressionsIn } from './expressions';
import type { Expression } from './expressions';

const { expressions, dynamic } = expressionsIn(path.join(__dirname, '..', '..', 'src'));

/** The expressions that took too long. Kills the process after 60 seconds. */
function slowOf(list: readonly Expression[]): unknown {
  const script = path.join(__dirname, 'slow-expressions.cjs');
  const { stdout } = spawnSync(process.execPath, [script], {
    input: JSON.stringify(list),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { slow?: unknown };
  return last.slow ?? [last];
}

test('the expressions of all source files are found', () => {
  expect(expressions.length).toBeGreaterThan(90);
  expect(expressions.map(({ file }) => file)).toContain('tracing/redaction/redact-value.ts');
});

test('no expression is built from a string, so all of them are checked here', () => {
  expect(dynamic).toEqual([]);
});

test('every expression of src takes linear time, for texts of up to 1 MB', () => {
  expect(slowOf(expressions)).toEqual([]);
}, 65_000);

test('expressions that take more than linear time are found: those with which callers could once block the process', () => {
  const slow = [
    /([A-Z]+)([A-Z][a-z])/g,
    /\d+$/,
    /\s+$/,
    /\b[a-z][a-z\d+.-]*:\/\/[^\s'"`)]*/gi,
    /(?:0[xXbBoO][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)$/y,
    /^\(?\s*([\w$]+)\s*\)?\s*=>([\s\S]*)$/,
    /(\bnew\s+)?([\w$.]+)\s*\(/g,
  ].map(({ source, flags }) => ({ file: 'example', pattern: source, flags }));
  expect(slowOf(slow)).toHaveLength(slow.length);
}, 65_000);
