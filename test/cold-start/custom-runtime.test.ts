import { inColdProcess } from './first-call';

const ask = (port: string): string => `
  for (const [method, path] of [['POST', '/initialize'], ['GET', '/'], ['GET', '/']]) {
    const response = await fetch('http://127.0.0.1:' + ${port} + path, { method, headers: path === '/' ? {} : { 'x-fc-control-path': path } });
    await response.text();
  }`;

const COLD = (...initialize: string[]): string =>
  [
    'cold start  faas.coldstart=true',
    '├─ start process',
    '├─ load modules',
    '└─ initialize',
    ...initialize.map((name, index) => `   ${index === initialize.length - 1 ? '└─' : '├─'} ${name}`),
    'front  faas.coldstart=true',
  ].join('\n');

test('serve records the cold start in the trace of the first request only', async () => {
  expect(
    await inColdProcess(`
    const { serve } = require(dist + 'server.js');
    const { port, close } = await serve(class { handle() { return 'ok'; } }, { port: 0, host: '127.0.0.1', name: 'front', spanProcessors: [processor] });
    ${ask('port')}
    await close();
    report(trees());
  `),
  ).toEqual([COLD('build container', 'load tracing'), 'front  faas.coldstart=false']);
});

test('a server with traceListener has no span "build container"', async () => {
  expect(
    await inColdProcess(`
    const { traceListener } = require(dist + 'server.js');
    const server = require('node:http').createServer(traceListener((request, response) => response.end('ok'), { name: 'front', spanProcessors: [processor] }));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    ${ask('server.address().port')}
    server.closeAllConnections(); server.close();
    report(trees());
  `),
  ).toEqual([COLD('load tracing'), 'front  faas.coldstart=false']);
});
