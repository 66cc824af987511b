import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, startCli } from '../cli-process';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = (name: string) => ({
  traceId: TRACE_ID,
  spanId: '00f067aa0ba902b7',
  name,
  kind: 1,
  startTimeUnixNano: '1793606400000000000',
  endTimeUnixNano: '1793606400001000000',
});
const otlp = (name: string): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span(name)] }] }] });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-view-'));
  writeFileSync(join(folder, 'trace.json'), otlp('from a file'));
  writeFileSync(join(folder, 'lines.jsonl'), `${otlp('from a file')}\n${otlp('from a file')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('view shows a file, receives OTLP, and export writes a trace of it as HTML that opens again', async () => {
  const { child, prints, printed, ended } = startCli(['view', '--port', '0', join(folder, 'trace.json')]);
  await prints('Ctrl-C ends');
  const [, url, hash] = /viewer {2}(http:\/\/127\.0\.0\.1:\d+)\/(#\S+)/.exec(printed())!;
  expect(hash).toBe(`#/trace/${TRACE_ID}`);
  expect(
    (
      await fetch(`${url}/v1/traces`, {
        method: 'POST',
        body: otlp('sent'),
        headers: { 'content-type': 'application/json' },
      })
    ).status,
  ).toBe(200);

  const html = join(folder, 'trace.html');
  const exported = await runCli(['export', TRACE_ID, '--viewer', url!, '-o', html]);
  expect(exported).toEqual({ code: 0, stdout: '', stderr: `wrote ${html}\n`, left: [] });
  expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/);
  const again = await runCli(['export', html]);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('"name":"sent"');
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, left: [] });
});

test('export reads OTLP JSON, one object a line, and writes it to standard output', async () => {
  const { code, stdout } = await runCli(['export', join(folder, 'lines.jsonl')]);
  expect(code).toBe(0);
  expect(stdout.match(/from a file/g)).toHaveLength(2);
});

test.each([
  [['export'], /takes the id of one trace or a file/],
  [['export', 'no-such-file.json'], /no-such-file\.json: ENOENT/],
  [['export', __filename], /neither OTLP JSON nor an exported HTML file/],
  [['export', TRACE_ID, '--viewer', 'http://127.0.0.1:9'], /there is no viewer at http:\/\/127\.0\.0\.1:9/],
  [['view', 'no-such-file.json'], /no-such-file\.json: ENOENT/],
])('%j is refused with a reason and exit code 2', async (args, reason) => {
  const { code, stdout, stderr } = await runCli(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(reason);
});
