import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { builtYamlOf } from '../../src/build/built-yaml';
import { readServerlessDevs } from '../../src/functions/serverless-devs';

interface Resource {
  readonly props: Readonly<Record<string, unknown>>;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fc-traced-built-yaml-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `s.built.yaml` with each of the functions, or those of some keys, in the folder built/KEY. */
function builtText(text: string, keys?: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const yaml = join(folder, 's.yaml');
  writeFileSync(yaml, text);
  const specs = readServerlessDevs(yaml, {}).filter(({ resource }) => keys?.includes(resource![1]) ?? true);
  return builtYamlOf(
    yaml,
    text,
    specs.map((spec) => ({ spec, folder: join(folder, 'built', spec.resource![1]), env })),
  );
}

const resourcesOf = (text: string): Record<string, Resource> =>
  (parse(text, { merge: true }) as { resources: Record<string, Resource> }).resources;

test('a function whose name has a variable is found, also beside other resources and with the name of another', () => {
  const text = `
vars: { stage: dev }
resources:
  vpc: { component: vpc, props: { region: cn-hangzhou } }
  1: { component: fc3, props: { functionName: "orders-\${vars.stage}", code: ./src } }
  stock: { component: fc3, props: { functionName: "\${env('STAGE')}-stock", code: ./src } }
  north: { component: fc3, props: { functionName: same, code: ./src } }
  same: { component: fc3, props: { functionName: same, code: ./src } }
`;
  const before = resourcesOf(text);
  expect(resourcesOf(builtText(text))).toEqual({
    vpc: before['vpc'],
    ...Object.fromEntries(
      ['1', 'stock', 'north', 'same'].map((key) => [
        key,
        { component: 'fc3', props: { ...before[key]!.props, code: `./built/${key}` } },
      ]),
    ),
  });
});

test('a function of FC 2.0 whose name has a variable is found', () => {
  const text = `
services:
  bucket: { component: oss, props: { codeUri: kept } }
  one: { component: devsapp/fc, props: { function: { name: index, codeUri: ./src } } }
  two: { component: fc, props: { function: { name: "\${vars.none}-f2", codeUri: ./src } } }
`;
  const { services } = parse(builtText(text)) as { services: unknown };
  expect(services).toEqual({
    bucket: { component: 'oss', props: { codeUri: 'kept' } },
    one: { component: 'devsapp/fc', props: { function: { name: 'index', codeUri: './built/one' } } },
    two: { component: 'fc', props: { function: { name: '${vars.none}-f2', codeUri: './built/two' } } },
  });
});

const SHARED = `# All share settings.
vars:
  base: &base
    runtime: nodejs20
    code: &code ./src
    environmentVariables: &env { A: "1" } # for all
resources:
  alias:
    component: fc3
    props: *base
  merged:
    component: fc3
    props: &merged
      <<: *base
      handler: merged.handler
  again:
    component: fc3
    props:
      <<: [*merged, *base]
      code: *code
      environmentVariables: { <<: *env, B: "2" }
`;

test('functions that share settings by aliases and merge keys are read and changed', () => {
  const built = builtText(SHARED, undefined, { CACHE: 'on' });
  expect(built).toContain('# for all');
  expect(built).not.toMatch(/[&*]\w|<</);
  const common = { runtime: 'nodejs20', environmentVariables: { A: '1', CACHE: 'on' } };
  expect(parse(built)).toEqual({
    vars: { base: { runtime: 'nodejs20', code: './src', environmentVariables: { A: '1' } } },
    resources: {
      alias: { component: 'fc3', props: { ...common, code: './built/alias' } },
      merged: { component: 'fc3', props: { ...common, code: './built/merged', handler: 'merged.handler' } },
      again: {
        component: 'fc3',
        props: {
          ...common,
          code: './built/again',
          handler: 'merged.handler',
          environmentVariables: { A: '1', B: '2', CACHE: 'on' },
        },
      },
    },
  });
});

test('the change of one function does not change those that share its settings', () => {
  const before = resourcesOf(SHARED);
  const after = resourcesOf(builtText(SHARED, ['merged'], { CACHE: 'on' }));
  expect(after['alias']).toEqual(before['alias']);
  expect(after['again']).toEqual(before['again']);
  expect(after['merged']!.props['code']).toBe('./built/merged');
});

test('settings that are not in the file cannot be changed', () => {
  const text = "vars: { one: { code: . } }\nresources: { one: { component: fc3, props: '${vars.one}' } }";
  expect(() => builtText(text)).toThrow('the settings of resources.one are not in this file');
});

test('the code of a function whose settings are in a template, or in the file that this one extends, is added', () => {
  writeFileSync(
    join(folder, 'base.yaml'),
    'edition: 3.0.0\nresources: { only: { component: fc3, props: { codeUri: ./src } } }',
  );
  const text = `
extend: base.yaml # shared
template: { node: { runtime: nodejs20, code: ./src } }
resources:
  templated: { component: fc3, extend: { name: node } }
  empty: { component: fc3, props: }
`;
  const built = builtText(text, undefined, { NODE_COMPILE_CACHE: 'x' });
  expect(built).toContain('extend: base.yaml # shared');
  const environmentVariables = { NODE_COMPILE_CACHE: 'x' };
  expect(resourcesOf(built)).toEqual({
    templated: {
      component: 'fc3',
      extend: { name: 'node' },
      props: { code: './built/templated', environmentVariables },
    },
    empty: { component: 'fc3', props: { code: './built/empty', environmentVariables } },
    only: { props: { codeUri: './built/only', environmentVariables } },
  });
});
