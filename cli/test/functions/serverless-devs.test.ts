import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionSpec } from '../../src/functions/function-spec';
import { readServerlessDevs } from '../../src/functions/serverless-devs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-yaml-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(yaml: string, env: NodeJS.ProcessEnv = {}): FunctionSpec[] {
  const file = join(folder, 's.yaml');
  writeFileSync(file, yaml);
  return readServerlessDevs(file, env);
}

test('a function of fc3 has FC’s defaults, and the settings of s.yaml', () => {
  expect(read('resources: { a: { component: fc3, props: { runtime: nodejs20, handler: a.b } } }')).toMatchObject([
    {
      name: 'a',
      handler: 'a.b',
      codeDir: folder,
      timeout: 3,
      memorySize: 512,
      instanceConcurrency: 1,
      generation: '3.0',
      env: {},
    },
  ]);
  const [spec] = read(
    `
vars: { size: 256, name: shop }
resources:
  a:
    component: fc3
    props:
      functionName: "\${vars.name}-\${env('STAGE', 'dev')}"
      code: ./dist
      runtime: custom.debian10
      memorySize: \${vars.size}
      timeout: '30'
      instanceConcurrency: 20
      customRuntimeConfig: { command: [/var/fc/lang/nodejs20/bin/node], args: [server.js], port: 9000 }
      environmentVariables: { URL: "\${env('URL')}", FLAG: true, COUNT: 3, KEY: "\${env.KEY}", OTHER: "\${resources.b.output.url}" }
      instanceLifecycleConfig:
        initializer: { handler: s.init, timeout: 9 }
        preFreeze: { handler: s.freeze }
      triggers:
        - triggerName: t
          triggerType: timer
          triggerConfig: { payload: x }
`,
    { URL: 'http://u', KEY: 'k' },
  );
  expect(spec).toMatchObject({
    name: 'shop-dev',
    codeDir: join(folder, 'dist'),
    memorySize: 256,
    timeout: 30,
    instanceConcurrency: 20,
    command: [process.execPath, 'server.js'],
    port: 9000,
    env: { URL: 'http://u', FLAG: 'true', COUNT: '3', KEY: 'k', OTHER: '' },
    initializer: { handler: 's.init', timeout: 9 },
    triggers: [{ name: 't', type: 'timer', config: { payload: 'x' } }],
  });
  expect(spec).not.toHaveProperty('preFreeze');
});

test('a function of fc is one of FC 2.0, with preFreeze and the initializer of its time', () => {
  const [spec] = read(`
edition: 1.0.0
services:
  old:
    component: devsapp/fc
    props:
      service: { name: s, tracingConfig: Enable }
      function:
        name: old
        codeUri: ./code
        handler: index.handler
        initializer: index.init
        initializationTimeout: 5
        runtime: nodejs14
        instanceLifecycleConfig: { preFreeze: { handler: index.freeze, timeout: 2 } }
      triggers: [{ name: h, type: http, config: { authType: anonymous } }]
`);
  expect(spec).toMatchObject({
    name: 'old',
    generation: '2.0',
    codeDir: join(folder, 'code'),
    initializer: { handler: 'index.init', timeout: 5 },
    preFreeze: { handler: 'index.freeze', timeout: 2 },
    memorySize: 128,
    tracingConfig: 'Enable',
    triggers: [{ name: 'h', type: 'http' }],
  });
});

test.each([
  ['resources: { a: { component: oss } }', /no function: expected resources with "component: fc3"/],
  ['', /no function/],
  ['resources: [', /not valid YAML/],
])('%j is refused with a reason', (yaml, reason) => {
  expect(() => read(yaml)).toThrow(reason);
});
