import { readFileSync } from 'node:fs';
import path from 'node:path';
import { resolveConfig } from '../../src/config/config';
import { EXPORTERS } from '../../src/export/exporters/exporters';
import { INSTRUMENTATIONS } from '../../src/instrumentation/registry';
import * as semconv from '../../src/semconv';
import { root } from './fresh-process';
import { readCode, scanImports, sourceFiles } from './import-scan';
import type { FoundImport } from './import-scan';
import { readDocument } from './markdown';

interface Source {
  /** The path from the root of the repository, such as `src/semconv.ts`. */
  readonly file: string;
  /** The text without comments. */
  readonly code: string;
  readonly imports: readonly FoundImport[];
}

const sources: Source[] = ['src', 'cli/src'].flatMap((folder) =>
  sourceFiles(path.join(root, folder)).map((name) => {
    const code = readCode(path.join(root, folder, name));
    return { file: `${folder}/${name}`, code, imports: scanImports(code) };
  }),
);
const runtime = sources.filter(({ file }) => file.startsWith('src/'));

/** The TypeScript files in a folder, without its subfolders and without those in `but`. */
function filesIn(folder: string, ...but: string[]): string[] {
  const files = sources.map(({ file }) => file).filter((file) => path.posix.dirname(file) === folder);
  return files.filter((file) => !but.includes(file));
}

const pathsOf = (found: readonly Source[]): string[] => found.map(({ file }) => file);

function sourceOf(file: string): Source {
  const found = sources.find((source) => source.file === file);
  if (found === undefined) throw new Error(`${file} does not exist`);
  return found;
}

/** How a file imports another one of this repository; a type beside a `require` of the same file does not count. */
function importsOf({ file, imports }: Source, target: string): FoundImport[] {
  const found = imports.filter(
    ({ specifier }) =>
      specifier.startsWith('.') && path.posix.join(path.posix.dirname(file), specifier) === target.replace(/\.ts$/, ''),
  );
  return found.some(({ mode }) => mode === 'lazy') ? found.filter(({ mode }) => mode !== 'type') : found;
}

const importersOf = (target: string): string[] =>
  pathsOf(sources.filter((source) => importsOf(source, target).length > 0));

/** The files of the runtime that contain a string literal with exactly this text. */
const filesWithLiteral = (text: string): string[] =>
  pathsOf(
    runtime.filter(({ code }) => [`'${text}'`, `"${text}"`, `\`${text}\``].some((literal) => code.includes(literal))),
  );

const filesMatching = (pattern: RegExp): string[] => pathsOf(runtime.filter(({ code }) => pattern.test(code)));

/** The files of the runtime outside `folder` that import a package whose name matches, types included. */
function importersOutside(folder: string, name: RegExp): string[] {
  const importers = runtime.filter(({ imports }) => imports.some(({ specifier }) => name.test(specifier)));
  return pathsOf(importers).filter((file) => !file.startsWith(`${folder}/`));
}

/** Fails unless `list` names each file once and no other file names one. */
function expectListedOnce(files: readonly string[], list: string): void {
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    expect({ file, imports: importsOf(sourceOf(list), file).length }).toEqual({ file, imports: 1 });
    const others = importersOf(file).filter((importer) => importer !== list);
    expect({ file, others }).toEqual({ file, others: [] });
  }
}

/** Options of `@Traced` that several files read. `getTracedMetadata` returns some, `wrapOnce` merges others. */
const READ_IN_SEVERAL_FILES = ['name', 'kind', 'resultAttributes', 'root'];

/**
 * The names of protocols outside their table: the error for an endpoint whose path does not imply one, and the protocol of
 * an endpoint from FC's context, which the README documents.
 */
const NAME_PROTOCOLS = ['src/config/config.ts', 'src/invocation/telemetry-source.ts'];

/** For each change, a check that the files in its row are the only ones to edit. */
const CHECKS: Readonly<Record<string, (...files: string[]) => void>> = {
  'a trigger': (folder, names, list, types, index, samples) => {
    const triggers = filesIn(folder).flatMap((file) =>
      [...sourceOf(file).code.matchAll(/export const (\w+): Trigger\b/g)].map(([, name]) => ({ file, name: name! })),
    );
    expect(triggers.length).toBeGreaterThan(1);
    const entries = sourceOf(list)
      .code.replace(/^import .*$/gm, '')
      .replace(/'[^'\n]*'/g, '');
    for (const { file, name } of triggers) {
      const times = entries.match(new RegExp(`\\b${name}\\b`, 'g'))?.length;
      const others = importersOf(file).filter((importer) => ![list, types, index].includes(importer));
      expect({ name, others, times }).toEqual({ name, others: [], times: 1 });
    }
    // Every other table of all triggers has a type that the compiler holds against the names.
    const ofAllTriggers = filesMatching(/\bRecord<TriggerName\b|\bin TriggerName\b|\| 'async-destination'/);
    expect(ofAllTriggers.filter((file) => ![names, types, samples].includes(file))).toEqual([]);
  },

  'an instrumentation': (folder, list, manifest) => {
    const files = filesIn(folder).filter((file) => /export const instrumentation\b/.test(sourceOf(file).code));
    expectListedOnce(files, list);
    expect(filesMatching(/import \{[^}]*\binstrumentation\b[^}]*\} from/)).toEqual([]);
    const definitions = Object.values(INSTRUMENTATIONS).map(({ load }) => load().instrumentation);
    expect(definitions).toHaveLength(files.length);
    const { devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(path.join(root, manifest), 'utf8'),
    );
    for (const { package: name, version } of definitions) {
      // Without a range: npm would refuse to install other versions beside the package.
      expect({ name, version, optional: true, range: undefined }).toEqual({
        name,
        version: devDependencies[name],
        ...peerDependenciesMeta[name],
        range: peerDependencies[name],
      });
    }
  },

  'the name of an attribute': (table) => {
    const names = Object.entries(semconv).flatMap(([key, name]) => (/^(ATTR|EVENT)_/.test(key) ? [name] : []));
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) expect({ name, files: filesWithLiteral(name) }).toEqual({ name, files: [table] });
    const namespaces = [...new Set(names.map((name) => name.split('.')[0]!))].join('|');
    // The name of a diagnostics channel only looks like that of an attribute.
    expect(filesMatching(new RegExp(`(?<!subscribe\\()['"\`](${namespaces})\\.[a-z_.]+['"\`]`))).toEqual([table]);
  },

  'the default flush budget': (file) => {
    const digits = String(resolveConfig({}, {}).flushTimeoutMillis).replace(/(\d)(?=(\d{3})+$)/g, '$1_?');
    const inConfig = runtime.filter((source) => source.file.startsWith(`${path.posix.dirname(file)}/`));
    const uses = inConfig.flatMap((source) =>
      [...source.code.matchAll(new RegExp(`\\b${digits}\\b`, 'g'))].map(() => source.file),
    );
    expect(uses).toEqual([file]);
    expect(filesMatching(/flushTimeoutMillis\s*(\?\?|\|\||=|:)\s*\d/)).toEqual([]);
  },

  'an option of `@Traced`': (file) => {
    const { code } = sourceOf(file);
    const options = [
      ...code
        .slice(code.indexOf('interface TracedOptions'))
        .split('\n}')[0]!
        .matchAll(/readonly (\w+)\?:/g),
    ];
    expect(options.length).toBeGreaterThan(10);
    for (const [, option] of options) {
      const read = `\\boptions\\??\\.${option}\\b(?!\\s*=[^=])`;
      const destructured = `\\{[^{}]*\\b${option}\\b[^{}]*\\}(?:: CheckedTracedOptions\\b| = [\\w.]*\\boptions\\b)`;
      const readers = filesMatching(new RegExp(`${read}|${destructured}`)).filter(
        (reader) => reader !== file && /^src\/(tracing|decorators)\//.test(reader),
      );
      expect({ option, isRead: readers.length > 0 }).toEqual({ option, isRead: true });
      const allowed = READ_IN_SEVERAL_FILES.includes(option!) ? readers : [readers[0]];
      expect({ option, readers }).toEqual({ option, readers: allowed });
    }
  },

  'a command of the CLI': (folder, list) => {
    expectListedOnce(filesIn(folder, list), list);
  },

  'the container': (folder) => {
    expect(importersOutside(folder, /^tsyringe/)).toEqual([]);
    expect(filesWithLiteral('design:paramtypes').filter((file) => !file.startsWith(`${folder}/`))).toEqual([]);
  },

  'the sampling rule': (file) => {
    expect(filesMatching(/\bfunction sampleRoot\b|\bsampleRoot\s*[=:]/)).toEqual([file]);
    // The threshold, and the digits of the trace id that it is compared with.
    expect(filesMatching(/\*\* ?(5\d|precision)\b|parseInt\([^()]*[tT]raceId|\b[tT]raceId\.slice\(/)).toEqual([file]);
    // The sub-keys of `tracestate` that carry threshold and randomness.
    expect(filesMatching(/['"`/^]\^?(ot=)?(th|rv):/)).toEqual([file]);
    // Nothing else computes or compares with the ratio, except the checks of options and variables.
    const computing = filesMatching(/\b[rR]atio\s*[<>*+-]|[<>*+-]=?\s*(?:\w+\.)*\w*[rR]atio\b(?!:)/);
    expect(computing.filter((name) => !name.startsWith('src/config/'))).toEqual([file]);
  },

  'another line of the OpenTelemetry SDK': (folder) => {
    const importers = importersOutside(folder, /^@opentelemetry\/(sdk-|core$|resources$|exporter-)/);
    expect(importers).toEqual([]);
  },

  'an exporter': (folder, list) => {
    const exporters = filesIn(folder, list);
    expectListedOnce(exporters, list);
    const protocols = Object.keys(EXPORTERS);
    expect(protocols).toHaveLength(exporters.length);
    for (const protocol of protocols) {
      const files = filesWithLiteral(protocol).filter((file) => !NAME_PROTOCOLS.includes(file));
      expect({ protocol, files }).toEqual({ protocol, files: [] });
    }
  },
};

const section =
  readDocument(root, 'docs/architecture.md').split('## Where to change what\n')[1]?.split('\n## ')[0] ?? '';
const rows = [...section.matchAll(/^\| (.+?) \| (.+) \|$/gm)].slice(1).map(([, change, files]) => ({
  change: change!,
  files: [...files!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
}));

describe('the table "Where to change what" of docs/architecture.md', () => {
  test('has a row for each change that is checked here, and no other', () => {
    expect(rows.map(({ change }) => change)).toEqual(Object.keys(CHECKS));
  });

  test.each(rows)('names all files to edit for $change: $files', ({ change, files }) => {
    CHECKS[change]!(...files);
  });
});
