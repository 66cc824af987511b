import path from 'node:path';
import { readCode, scanImports, sourceFiles } from './import-scan';
import type { FoundImport } from './import-scan';
import { readLayers } from './layer-table';
import type { Layer } from './layer-table';

interface OwnImport extends FoundImport {
  readonly file: string;
  readonly part: string;
  readonly target: string;
  readonly isOwn: boolean;
}

const src = path.join(__dirname, '..', '..', 'src');
const cli = path.join(__dirname, '..', '..', 'cli', 'src');
const files = sourceFiles(src);
const layers = readLayers();
const names = layers.map(({ part }) => part);
const SDK = /^@opentelemetry\/(sdk-|core$|resources$|exporter-)/;
const ENVIRONMENT =
  /\bprocess\s*(\.|\?\.|\[['"])\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process/;

/** Returns the part that a file belongs to: the longest name that its path starts with. */
function partOf(file: string): string {
  const module = file.replace(/\.ts$/, '');
  const found = names.filter((name) => module === name || module.startsWith(`${name}/`));
  return found.sort((a, b) => b.length - a.length)[0] ?? `no row for ${file}`;
}

const imports: OwnImport[] = files.flatMap((file) =>
  scanImports(readCode(path.join(src, file))).map((found) => {
    const isOwn = found.specifier.startsWith('.');
    const target = isOwn ? partOf(path.posix.join(path.posix.dirname(file), found.specifier)) : found.specifier;
    return { ...found, file, part: partOf(file), target, isOwn };
  }),
);

const matches = (entry: string, name: string): boolean =>
  entry === name || (entry.endsWith('*') && name.startsWith(entry.slice(0, -1)));

function isAllowed({ part, target, mode, isOwn }: OwnImport, layer: Layer): boolean {
  if (isOwn && target === part) return true;
  const entries = (isOwn ? [...layer.own, ...layer.base] : layer.packages).filter(({ name }) => matches(name, target));
  return entries.some((entry) => entry.mode === 'any' || mode === 'type' || entry.mode === mode);
}

function shown(wrong: readonly OwnImport[]): string[] {
  return wrong.map(({ file, specifier, mode }) => `src/${file} imports '${specifier}' (${mode})`);
}

describe('the layers of src', () => {
  test('every file of src belongs to a part in docs/architecture.md, and every part has files', () => {
    expect(files.map(partOf).filter((part) => !names.includes(part))).toEqual([]);
    expect(names.filter((name) => !files.some((file) => partOf(file) === name))).toEqual([]);
  });

  test.each(layers)('$part imports only what its row allows', (layer) => {
    expect(shown(imports.filter((found) => found.part === layer.part && !isAllowed(found, layer)))).toEqual([]);
  });

  test.each(layers)('the row of $part names only what is imported', (layer) => {
    const found = imports.filter(({ part }) => part === layer.part);
    const isUsed = ({ name }: { name: string }): boolean => found.some(({ target }) => matches(name, target));
    const listed = layer.own.length < layers.length / 2 ? layer.own : [];
    expect([...listed, ...layer.packages].filter((entry) => !isUsed(entry))).toEqual([]);
  });

  test.each(layers)(
    'the row of $part names only parts above it, except for types and lazy imports',
    ({ part, own }) => {
      const upward = own.filter(({ name, mode }) => mode === 'any' && names.indexOf(name) >= names.indexOf(part));
      expect(upward).toEqual([]);
    },
  );

  test('only one file of invocation imports the SDK, lazily', () => {
    const reaching = imports.filter(({ part, target }) => part === 'invocation' && target === 'export');
    expect(new Set(reaching.filter(({ mode }) => mode === 'lazy').map(({ file }) => file)).size).toBe(1);
  });

  test('only export imports the OpenTelemetry SDK', () => {
    const importing = imports.filter(({ specifier, mode }) => SDK.test(specifier) && mode !== 'type');
    expect(shown(importing.filter(({ file }) => !file.startsWith('export/')))).toEqual([]);
  });

  test('only config/config.ts reads the environment', () => {
    expect(files.filter((file) => ENVIRONMENT.test(readCode(path.join(src, file))))).toEqual(['config/config.ts']);
  });

  // The modules of cold-start record the load time, so they must be imported first.
  test('index.ts only re-exports by name', () => {
    const code = readCode(path.join(src, 'index.ts'));
    const rest = code.replace(
      /export\s+(type\s+)?\{[^}]*\}\s*from\s*'[^']+';?|import\s+'(reflect-metadata|\.\/cold-start\/[a-z-]+)';?/g,
      '',
    );
    expect(rest.trim()).toBe('');
  });
});

describe('the tools', () => {
  const ofTools = sourceFiles(cli).flatMap((file) =>
    scanImports(readCode(path.join(cli, file))).map((found) => ({ ...found, file })),
  );

  test('import nothing of the runtime but fc-traced/testing', () => {
    const reaching = ofTools.filter(({ file, specifier }) =>
      specifier.startsWith('.')
        ? path.posix.join(path.posix.dirname(file), specifier).startsWith('..')
        : /^fc-traced/.test(specifier) && specifier !== 'fc-traced/testing',
    );
    expect(reaching).toEqual([]);
  });

  test('are not imported by the runtime', () => {
    expect(imports.filter(({ specifier }) => /^fc-traced/.test(specifier))).toEqual([]);
  });
});
