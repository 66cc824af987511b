import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/loopback';
import { startCli } from '../cli-process';
import type { RunningCli } from '../cli-process';

interface Answer {
  readonly version: number;
  readonly calls: number;
  readonly initialized: number;
  readonly greeting: string;
  readonly payload?: string;
  readonly key?: string;
}

let folder: string;
let cli: RunningCli;
let urls: Readonly<Record<'api' | 'shop' | 'server' | 'viewer', string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-dev-'));
  cpSync(join(__dirname, 'functions', 'project'), folder, { recursive: true });
  cli = startCli(['dev', folder, '--port', '0', '--viewer-port', '0']);
  await cli.prints('not like the cloud');
  const url = (name: string): string => new RegExp(`^${name} .*?(http://127.0.0.1:\\d+)`, 'm').exec(cli.printed())![1]!;
  urls = { api: url('InvokeFunction'), shop: url('shop'), server: url('server'), viewer: url('viewer') };
});
afterAll(async () => {
  // As a closed terminal does.
  cli.child.kill('SIGHUP');
  const { code, left } = await cli.ended;
  rmSync(folder, { recursive: true, force: true });
  expect({ code, left }).toEqual({ code: 129, left: [] });
});

const post = (path: string, body = ''): Promise<Response> => fetch(urls.api + path, { method: 'POST', body });
const shop = async (path = '/'): Promise<Answer> => (await (await fetch(urls.shop + path)).json()) as Answer;

test('dev says where each function is, and what is not like the cloud; timers do not fire by themselves', () => {
  expect(cli.printed()).toMatch(/^shop {2}http.* {2}nodejs20, 512 MB, timeout 1 s$/m);
  expect(cli.printed()).toMatch(/^server {2}http.* {2}custom\.debian10/m);
  expect(cli.printed()).toContain('timers that do not fire: 1; --timers fires them');
});

test('an HTTP trigger keeps one warm instance, with hooks and environment of s.yaml, and prints its traces', async () => {
  expect(await shop()).toMatchObject({ calls: 1, initialized: 1, greeting: 'hello' });
  expect(await shop()).toMatchObject({ calls: 2, initialized: 1 });
  await cli.prints('shop | [verbose] call 2');
  await cli.prints('└─ Invocation');
  const [, traceId] = /#\/trace\/([0-9a-f]{32})/.exec(cli.printed())!;
  expect((await fetch(`${urls.viewer}/api/traces/${traceId}`)).status).toBe(200);
});

test('a timer and any trigger can be fired on request, InvokeFunction by name, also asynchronously', async () => {
  expect(await (await post('/functions/shop/triggers/nightly')).json()).toMatchObject({ payload: 'clean' });
  const event = '{"events":[{"oss":{"object":{"key":"a.png"}}}]}';
  expect(await (await post('/functions/shop/triggers/oss', event)).json()).toMatchObject({ key: 'a.png' });
  expect((await post('/functions/shop/triggers/pigeon')).status).toBe(404);
  const path = '/2023-03-30/functions/shop/invocations';
  expect(await (await post(path, '{"payload":"p"}')).json()).toMatchObject({ payload: 'p' });
  const headers = { 'x-fc-invocation-type': 'Async' };
  expect((await fetch(urls.api + path, { method: 'POST', headers, body: '{}' })).status).toBe(202);
  expect((await post('/2023-03-30/functions/nothing/invocations')).status).toBe(404);
});

test('a web page cannot fire triggers', async () => {
  const headers = { origin: 'http://evil.example' };
  const response = await fetch(`${urls.api}/functions/shop/triggers/oss`, { method: 'POST', headers });
  expect(response.status).toBe(403);
});

test.each([
  ['after a timeout', '/hang', 'Function timed out after 1 seconds'],
  ['after a crash', '/crash', 'Process exited unexpectedly'],
])('the instance is replaced %s, and goes on', async (_when, path, message) => {
  const response = await fetch(urls.shop + path);
  expect(response.status).toBe(502);
  expect(((await response.json()) as { errorMessage: string }).errorMessage).toContain(message);
  expect(await shop()).toMatchObject({ calls: 1, initialized: 1 });
  expect(await shop()).toMatchObject({ calls: 2 });
});

test('the instance is replaced once when files change', async () => {
  const file = join(folder, 'shop.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace('version: 1', 'version: 2'));
  await cli.prints('changed: the next calls have a cold start');
  expect(await shop()).toMatchObject({ version: 2, calls: 1 });
  expect(await shop()).toMatchObject({ version: 2, calls: 2 });
});

test('a server on a custom runtime gets the requests as they are', async () => {
  expect(await (await fetch(`${urls.server}/a/b?c=1`, { method: 'PUT' })).text()).toBe('PUT /a/b?c=1');
});

test('--inspect lets a function wait for a debugger before its module is loaded, without a timeout', async () => {
  const port = await freePort();
  const { child, prints, printed, ended } = startCli([
    ...['dev', join(folder, 's.yaml#shop'), '--port', '0', '--viewer-port', '0', '--inspect', String(port)],
  ]);
  await prints('not like the cloud');
  const [, url] = /^shop .*?(http:\/\/127.0.0.1:\d+)/m.exec(printed())!;
  const call = fetch(url!).catch(() => 'ended without an answer');
  await prints(`Debugger listening on ws://127.0.0.1:${port}/`);
  expect((await fetch(`http://127.0.0.1:${port}/json/list`)).status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, left: [] });
  await call;
});
