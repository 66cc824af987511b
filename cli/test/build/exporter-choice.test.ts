import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withOwnNames } from '../../src/build/build-functions';
import { chooseExporters } from '../../src/build/exporter-choice';
import type { FunctionSpec } from '../../src/functions/function-spec';
import { readServerlessDevs } from '../../src/functions/serverless-devs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-exporter-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): FunctionSpec[] {
  const file = join(folder, 's.yaml');
  writeFileSync(file, text);
  return readServerlessDevs(file, {});
}

const OTLP = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/v1/traces'";
const OTLP_BASE = "OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c'";
const JAEGER = "OTEL_EXPORTER_JAEGER_ENDPOINT: ' http://c/api/traces '";
const PLAIN = 'exports.handlers = createHandler(Hello);';

function omitted(variables: string, program = PLAIN, more = 'runtime: nodejs20', resource = ''): string | undefined {
  const text = `
vars: { url: 'http://c/v1/traces', next: "\${env('X')}" }
resources: { one: { ${resource} component: fc3, props: { ${more}, environmentVariables: { ${variables} } } } }`;
  return chooseExporters(read(text)[0]!, undefined, program).omitted;
}

test.each([
  [OTLP, 'jaeger'],
  [OTLP_BASE, 'jaeger'],
  [JAEGER, 'otlp'],
  // OTLP precedes Jaeger, unless OTEL_TRACES_EXPORTER decides.
  [`${OTLP}, ${JAEGER}`, 'jaeger'],
  [`${OTLP}, ${JAEGER}, OTEL_TRACES_EXPORTER: jaeger`, 'otlp'],
  [`${OTLP}, OTEL_TRACES_EXPORTER: otlp, OTEL_EXPORTER_OTLP_PROTOCOL: grpc`, 'jaeger'],
  [`${JAEGER}, OTEL_EXPORTER_OTLP_ENDPOINT: ' '`, 'otlp'],
  ["OTEL_EXPORTER_OTLP_ENDPOINT: '${vars.url}', SECRET: \"${env('SECRET')}\"", 'jaeger'],
  ['', undefined],
  ["OTEL_EXPORTER_OTLP_ENDPOINT: ''", undefined],
  ['OTEL_EXPORTER_OTLP_ENDPOINT: httpx', undefined],
  // The endpoint of the named protocol comes from FC.
  [`${OTLP}, OTEL_TRACES_EXPORTER: jaeger`, undefined],
  [`${JAEGER}, OTEL_TRACES_EXPORTER: otlp`, undefined],
  [`${OTLP}, OTEL_TRACES_EXPORTER: none`, undefined],
  [`${OTLP}, OTEL_TRACES_EXPORTER: console`, undefined],
  // Known only when it is deployed.
  [`${OTLP}, OTEL_TRACES_EXPORTER: "\${env('EXPORTER', '')}"`, undefined],
  [`${OTLP}, OTEL_TRACES_EXPORTER: "\${vars.next}"`, undefined],
  [`${JAEGER}, OTEL_EXPORTER_OTLP_ENDPOINT: "\${env('COLLECTOR')}"`, undefined],
  ["OTEL_EXPORTER_OTLP_ENDPOINT: \"${env('COLLECTOR', 'http://c')}\"", undefined],
  [`${OTLP}, "\${env('NAME')}": jaeger`, undefined],
])('of a program that sets no endpoint, with %s, %s is left out', (variables, expected) => {
  expect(omitted(variables)).toBe(expected);
});

test.each([
  ["createHandler(Hello, { sampleRatio: 1, resourceAttributes: { 'a': 'b' } }); @Handler({ name: 'x' })", 'jaeger'],
  ['createHandler<Hello>(Hello); serve(app.Web,)', 'jaeger'],
  ["createHandler(Hello); process.env['TABLE']; process.env.X === 'y'", 'jaeger'],
  ['createHandler(Hello, { endpoint: url })', undefined],
  ["createHandler(Hello, JSON.parse(readFileSync('tracing.json', 'utf8')))", undefined],
  ['createHandler(Hello, options)', undefined],
  ['createHandler(Hello, { ...options })', undefined],
  ['createHandler(Hello, { [name]: url })', undefined],
  ['createHandler(Hello, { ratio: 1 } && options)', undefined],
  ['@Handler(options) class Hello {} createHandler(Hello)', undefined],
  ["import { createHandler as create } from 'fc-traced'; create(Hello, options); createHandler(Other);", undefined],
  ["import { functionOf } from '@acme/functions'; functionOf(Hello);", undefined],
  ["import 'dotenv/config'; createHandler(Hello);", undefined],
  ['process.loadEnvFile(); createHandler(Hello);', undefined],
  ['process.env[name] = value; createHandler(Hello);', undefined],
  ['Object.assign(process.env, settings); createHandler(Hello);', undefined],
  ['process.env = { ...settings }; createHandler(Hello);', undefined],
])('with an endpoint of OTLP in s.yaml, and the program %s, %s is left out', (program, expected) => {
  expect(omitted(OTLP, program)).toBe(expected);
});

test('what starts a server, and what a function inherits, may set other variables', () => {
  const server = (command: string): string | undefined =>
    omitted(OTLP, PLAIN, `runtime: custom.debian10, customRuntimeConfig: { command: [${command}] }`);
  expect(server('/var/fc/lang/nodejs20/bin/node, server.js')).toBe('jaeger');
  expect(server('node, --env-file=.env, server.js')).toBeUndefined();
  expect(server('sh, -c, OTEL_TRACES_EXPORTER=jaeger node server.js')).toBeUndefined();
  expect(omitted(OTLP, PLAIN, 'runtime: custom.debian10')).toBeUndefined();
  expect(omitted(OTLP, PLAIN, 'runtime: nodejs20', 'extend: { name: base },')).toBeUndefined();
});

test('functions of one name get folders of their own, named after their keys', () => {
  const specs = read(`
resources:
  north: { component: fc3, props: { functionName: f, region: cn-beijing } }
  south: { component: fc3, props: { functionName: f, region: cn-hangzhou } }
  f: { component: fc3, props: { functionName: f, region: cn-shanghai } }
  other: { component: fc3, props: { functionName: south } }
`);
  expect(withOwnNames(specs).map(({ name }) => name)).toEqual(['north', 'f-south', 'f-f', 'south']);
});
