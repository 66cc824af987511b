import path from 'node:path';
import { readCode, scanImports, sourceFiles, type FoundImport } from './import-scan';

/** What one part of `src` may import. `npm` entries may end in `*`; what is listed under `types` only as `import type`. */
interface Rule {
  readonly own: readonly string[];
  readonly npm: readonly string[];
  readonly types?: readonly string[];
}

const API = '@opentelemetry/api';
const SDK = [
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/core',
  '@opentelemetry/resources',
  '@opentelemetry/exporter-jaeger',
  '@opentelemetry/exporter-trace-otlp-*',
];
const RUNTIME = [
  'errors',
  'version',
  'options',
  'environment',
  'config',
  'fc',
  'propagation',
  'tracing',
  'http',
  'logs',
  'cold-start',
  'instrumentation',
  'decorators',
  'handler',
  'index',
];

/** Level by level, as in docs/architecture.md. A part is a folder of `src`, or a file in it without its ending. */
const TABLE: Readonly<Record<string, Rule>> = {
  errors: { own: [], npm: [] },
  fc: { own: ['errors'], npm: ['node:buffer'] },
  tree: { own: [], npm: [] },
  version: { own: [], npm: [] },
  options: { own: ['errors'], npm: [], types: ['fc', API, 'tsyringe', '@opentelemetry/sdk-trace-base'] },
  environment: { own: ['options'], npm: [] },
  config: { own: ['errors', 'options', 'environment'], npm: [], types: ['fc', API, '@opentelemetry/sdk-trace-base'] },
  tracing: { own: ['errors', 'version'], npm: [API, '@opentelemetry/context-async-hooks', 'node:*'], types: ['fc'] },
  propagation: { own: ['fc', 'tracing', 'errors'], npm: [API] },
  // From requests to attributes, from values and errors to responses; knows neither servers nor containers.
  http: { own: ['fc', 'tracing', 'errors'], npm: [API, 'node:*'] },
  logs: { own: ['tracing', 'errors'], npm: [API, 'node:*'], types: ['fc'] },
  'cold-start': { own: ['config', 'tracing', 'errors'], npm: [API, 'node:*'] },
  instrumentation: {
    own: ['options', 'tracing', 'errors'],
    npm: [API, 'node:*', '@opentelemetry/instrumentation', '@opentelemetry/instrumentation-*'],
  },
  decorators: {
    own: ['tracing', 'options', 'config', 'errors', 'version'],
    npm: ['reflect-metadata', 'tsyringe', API, 'node:util'],
    types: ['fc'],
  },
  export: {
    own: ['options', 'environment', 'config', 'tracing', 'errors', 'version'],
    npm: [API, ...SDK, 'node:*'],
    types: ['fc'],
  },
  handler: {
    own: [
      'errors',
      'version',
      'options',
      'environment',
      'config',
      'fc',
      'tracing',
      'propagation',
      'http',
      'logs',
      'cold-start',
      'instrumentation',
      'decorators',
      'export',
    ],
    npm: [API, 'tsyringe', 'node:*'],
  },
  index: { own: RUNTIME, npm: [API, 'reflect-metadata'] },
  server: { own: RUNTIME, npm: [API, 'node:*', 'reflect-metadata'] },
  mcp: { own: ['tracing', 'propagation', 'fc', 'errors'], npm: [API, 'node:*'] },
  testing: { own: [...RUNTIME, 'tree', 'export'], npm: [API, ...SDK, 'node:*'], types: ['tsyringe'] },
  viewer: { own: ['tree', 'fc', 'errors'], npm: ['node:*', 'thriftrw', 'otlp-transformer-decoder/*'] },
  // The emulator makes the spans that FC itself reports, and no part of the runtime: it may use the SDK as any program.
  emulator: { own: ['fc', 'errors'], npm: ['node:*', API, ...SDK] },
  cli: { own: ['viewer', 'emulator', 'tree', 'fc', 'errors'], npm: ['node:*'] },
  stories: { own: ['cli', 'viewer', 'emulator', 'tree', 'fc', 'errors'], npm: ['node:*', '@electric-sql/*'] },
};
const TOOLS = ['viewer', 'emulator', 'cli', 'stories'];
const OWNS_TSYRINGE = /^(decorators\/|config\.ts$|testing(\.ts$|\/)|handler\/(scope|dependency-)[^/]*\.ts$)/;

interface OwnImport extends FoundImport {
  readonly file: string;
  readonly part: string;
  readonly target: string;
}

const src = path.join(__dirname, '..', '..', 'src');
const files = sourceFiles(src);

function partOf(file: string): string {
  return file.split('/')[0]?.replace(/\.ts$/, '') ?? file;
}

const imports: OwnImport[] = files.flatMap((file) =>
  scanImports(readCode(path.join(src, file))).map((found) => ({
    ...found,
    file,
    part: partOf(file),
    target: found.specifier.startsWith('.')
      ? partOf(path.posix.join(path.posix.dirname(file), found.specifier))
      : found.specifier,
  })),
);

function isOwn(found: OwnImport): boolean {
  return found.specifier.startsWith('.');
}

function listed(list: readonly string[], name: string): boolean {
  return list.some((entry) => entry === name || (entry.endsWith('*') && name.startsWith(entry.slice(0, -1))));
}

function allowed(found: OwnImport): boolean {
  const rule = TABLE[found.part];
  if (rule === undefined) return false;
  if (isOwn(found) && found.target === found.part) return true;
  return (
    listed(isOwn(found) ? rule.own : rule.npm, found.target) ||
    (found.mode === 'type' && listed(rule.types ?? [], found.target))
  );
}

function told(wrong: readonly OwnImport[]): string[] {
  return wrong.map(({ file, specifier, mode }) => `src/${file} imports '${specifier}' (${mode})`);
}

describe('the layers of src', () => {
  test('every part of src has a line in the table', () => {
    expect([...new Set(files.map(partOf))].filter((part) => TABLE[part] === undefined)).toEqual([]);
  });

  test.each(Object.keys(TABLE))('%s imports only what the table allows it', (part) => {
    expect(told(imports.filter((found) => found.part === part && !allowed(found)))).toEqual([]);
  });

  test('the runtime never imports a tool', () => {
    expect(
      told(imports.filter((found) => !TOOLS.includes(found.part) && isOwn(found) && TOOLS.includes(found.target))),
    ).toEqual([]);
  });

  test('handler reaches export from one file only, by require when it is needed', () => {
    const reaching = imports.filter((found) => found.part === 'handler' && found.target === 'export');
    expect(told(reaching.filter(({ mode }) => mode === 'eager'))).toEqual([]);
    expect(new Set(reaching.filter(({ mode }) => mode === 'lazy').map(({ file }) => file)).size).toBe(1);
  });

  test('only scope files of the handler know the container', () => {
    const importing = imports.filter((found) => found.specifier === 'tsyringe' && found.mode !== 'type');
    expect(told(importing.filter(({ file }) => !OWNS_TSYRINGE.test(file)))).toEqual([]);
  });

  test('of the runtime, only export and testing know the OpenTelemetry SDK', () => {
    const importing = imports.filter(
      (found) => !TOOLS.includes(found.part) && listed(SDK, found.specifier) && found.mode !== 'type',
    );
    expect(told(importing.filter(({ part }) => part !== 'export' && part !== 'testing'))).toEqual([]);
  });

  test('of the runtime, only config.ts reads the environment', () => {
    const readers = files.filter(
      (file) =>
        !TOOLS.includes(partOf(file)) &&
        /\bprocess\s*(\.|\?\.|\[['"])\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process/.test(
          readCode(path.join(src, file)),
        ),
    );
    expect(readers).toEqual(files.includes('config.ts') ? ['config.ts'] : []);
  });

  // What is imported from cold-start takes a time, and has to be first.
  test('index.ts does nothing but re-export by name', () => {
    const code = files.includes('index.ts') ? readCode(path.join(src, 'index.ts')) : '';
    expect(
      code
        .replace(
          /export\s+(type\s+)?\{[^}]*\}\s*from\s*'[^']+';?|import\s+'(reflect-metadata|\.\/cold-start\/[a-z-]+)';?/g,
          '',
        )
        .trim(),
    ).toBe('');
  });
});
