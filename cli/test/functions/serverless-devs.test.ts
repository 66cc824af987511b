import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionSpec } from '../../src/functions/function-spec';
import { checkSettings } from '../../src/functions/prepare-function';
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

const propsOf = (props: string, rest = '', env: NodeJS.ProcessEnv = {}): FunctionSpec =>
  read(`${rest}\nresources: { a: { component: fc3, props: ${props} } }`, env)[0]!;

test.each([
  ['${vars.size}', 256],
  ['${ vars.size }', 256],
  ["${vars['size']}", 256],
  ['${vars.with-hyphen}', 'h'],
  ['${vars.indirect}-x', '256-x'],
  ['${this.props.runtime}', 'nodejs20'],
  ['${this.name}/${this.component}/${this.access}', 'a/fc3/default'],
  ['${resources.other.props.region}', 'cn-hangzhou'],
  ["${env('STAGE')}", 'dev'],
  ['${env(STAGE)}', 'dev'],
  ['${env.STAGE}', 'dev'],
  ["${env('NONE', 'x')}", 'x'],
  ["${env('NONE', vars.size)}", 256],
  ["${env('STAGE') || 'x'}", 'dev'],
  ["${file('./note.txt')}", 'note'],
  ['${file(./note.txt)}', 'note'],
  ["${json(file('./data.json')).size}", ''],
  ['${str(vars.size)}', '256'],
  ['${vars.loop}', ''],
  ['${vars.none}', ''],
  ["${config('AccountID')}", ''],
  ["a-${config('AccountID')}-b", 'a--b'],
  ['${resources.other.output.url}', ''],
  ['${secret("x")}', ''],
  ['plain $HOME {x}', 'plain $HOME {x}'],
])('the reference %s is %j', (text, expected) => {
  writeFileSync(join(folder, 'note.txt'), 'note');
  writeFileSync(join(folder, 'data.json'), '{"size":1}');
  const [spec] = read(
    `
access: default
vars: { size: 256, with-hyphen: h, indirect: "\${vars.size}", loop: "\${vars.loop}" }
resources:
  other: { component: oss, props: { region: cn-hangzhou } }
  a: { component: fc3, props: { runtime: nodejs20, description: ${JSON.stringify(text)} } }
`,
    { STAGE: 'dev' },
  );
  expect(spec!.props['description']).toEqual(expected);
});

test('a reference alone may be a map or a list', () => {
  const vars = `
vars:
  common: { runtime: custom, customRuntimeConfig: "\${vars.start}", environmentVariables: { A: "\${env('A')}" } }
  start: { command: [node, server.js] }`;
  expect(propsOf('"${vars.common}"', vars, { A: '1' })).toMatchObject({
    runtime: 'custom',
    command: [process.execPath, 'server.js'],
    env: { A: '1' },
  });
});

test('a resource extends a template, and a file extends another one', () => {
  writeFileSync(
    join(folder, 'base.yaml'),
    `
edition: 3.0.0
vars: { stage: base, size: 128 }
template:
  node: { runtime: nodejs20, memorySize: "\${vars.size}", environmentVariables: { A: 1, B: 2 }, layers: [x] }
resources:
  a:
    component: fc3
    extend: { name: node, ignore: [layers] }
    props: { functionName: "\${vars.stage}-a", code: ./src, environmentVariables: { B: 3 } }
  b: { component: fc3, props: { functionName: b, triggers: [{ triggerName: one }, { triggerName: two }] } }
`,
  );
  const functions = read(`
extend: ./base.yaml
vars: { stage: prod }
resources:
  b: { props: { triggers: [{ triggerName: three }] } }
  c: { component: fc3, extend: { name: missing }, props: { functionName: c } }
`);
  expect(functions.map(({ name, memorySize, env }) => [name, memorySize, env])).toEqual([
    ['prod-a', 128, { A: '1', B: '3' }],
    ['b', 512, {}],
    ['c', 512, {}],
  ]);
  expect(functions[0]!.props).not.toHaveProperty('layers');
  expect(functions[0]!.codeDir).toBe(join(folder, 'src'));
  expect(functions[1]!.triggers.map(({ name }) => name)).toEqual(['three']);
  expect(functions.map(({ unknownEnv }) => unknownEnv)).toEqual(['all', 'all', 'all']);
});

test.each([
  ['extend: none.yaml', /s\.yaml extends none\.yaml, which does not exist/],
  ['edition: 1.0.0\nextend: s.yaml', /extends s\.yaml, which Serverless Devs does only with "edition: 3\.0\.0"/],
])('%j is refused with a reason', (yaml, reason) => {
  expect(() => read(`${yaml}\nresources: { a: { component: fc3, props: {} } }`)).toThrow(reason);
});

test('what runs must be known before the deployment', () => {
  const spec = propsOf(
    `{ code: "\${config('Code')}", handler: "\${vars.none}.handler", description: "\${config('X')}" }`,
  );
  expect(spec.unknownSettings).toEqual(["code: ${config('Code')}", 'handler: ${vars.none}.handler']);
  expect(() => checkSettings(spec)).toThrow(
    "a: the value of code: ${config('Code')}, handler: ${vars.none}.handler is known",
  );
  expect(propsOf('{ code: ./src }').unknownSettings).toEqual([]);
});

test('FC 2.0 names other services directly, and anchors are shared settings', () => {
  const [one] = read(`
edition: 1.0.0
services:
  other: { component: oss, props: { name: o } }
  anchors: { component: oss, props: &shared { runtime: nodejs16, handler: x.y } }
  web: { component: fc, props: { region: r, function: { name: "\${other.props.name}-\${this.props.region}", <<: *shared } } }
`);
  expect(one).toMatchObject({ name: 'o-r', handler: 'x.y', runtime: 'nodejs16', generation: '2.0' });
});

test('the commands that run before the deployment are known', () => {
  const [spec] = read(`
actions: { pre-deploy: [{ run: npm ci }, { component: fc build }], post-deploy: [{ run: echo }] }
resources:
  a: { component: fc3, props: {}, actions: { 'pre-\${regex(.*)}': [{ run: npm run build, path: . }] } }
`);
  expect(spec!.preparations).toEqual(['npm ci', 'npm run build']);
});

test('variables are not certain if environments overlay them', () => {
  writeFileSync(join(folder, 'env.yaml'), 'environments: []');
  expect(propsOf('{}').unknownEnv).toBe('all');
});
