import { createHandler, Service, Traced } from 'fc-traced';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '../../src/errors';
import { root } from './fresh-process';
import { readCode, sourceFiles } from './import-scan';
import { anchorsOf, codeBlocks, documentsIn, firstColumn, readDocument, relativeLinks } from './markdown';

const documents = documentsIn(root);
const readme = readDocument(root, 'README.md');
const blocks = codeBlocks(readme);
const marked = documents.flatMap((file) =>
  codeBlocks(readDocument(root, file)).flatMap(({ from, ...block }) =>
    from === undefined ? [] : [{ ...block, file, from }],
  ),
);

/** Returns the options that the error for an unknown option lists. */
function optionsListedBy(misuse: () => unknown): string[] {
  try {
    misuse();
  } catch (error) {
    return /Its options are ([^.;]+)[.;]/.exec((error as Error).message)![1]!.split(', ');
  }
  throw new Error('nothing was thrown');
}

const noSuchOption = { noSuchOption: 1 } as object;

describe('the documents', () => {
  test.each(documents)('%s links to files and headings that exist', (file) => {
    const missing = relativeLinks(readDocument(root, file)).filter((link) => {
      const [target, anchor] = link.split('#') as [string, string?];
      const found = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
      if (!existsSync(path.join(root, found))) return true;
      return anchor !== undefined && !anchorsOf(readDocument(root, found)).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  test.each(marked)('$file, line $line: the block is part of $from', ({ text, from }) => {
    expect(readFileSync(path.join(root, from), 'utf8')).toContain(text);
  });

  test.each(documents)('%s names only paths that exist, from the root or from its own folder', (file) => {
    const paths = [...readDocument(root, file).matchAll(/`((?:\.ci|bench|cli|docs|samples|src|test)\/[^`\s]*)`/g)];
    const missing = paths.filter(
      ([, named]) => ![root, path.join(root, path.dirname(file))].some((base) => existsSync(path.join(base, named!))),
    );
    expect(missing.map(([, named]) => named)).toEqual([]);
  });

  // A path such as `export/delivery.ts` would not be checked by the test above.
  test.each(documents)('%s names files of this repository by their path from its root', (file) => {
    const partial = /`(?!@|(?:\.ci|bench|cli|docs|samples|src|test)\/)[^`\s<>]+\/[^`\s<>]+\.(?:ts|cjs|mjs)`/g;
    expect(readDocument(root, file).match(partial)).toBeNull();
  });

  test.each(documents)('%s contains no path of a machine but FC’s, and no address of a registry', (file) => {
    expect(readDocument(root, file)).not.toMatch(
      /(?<![\w./])\/(home|root|tmp|work|usr|var(?!\/fc\/))\/|registry\.npm|npmmirror/,
    );
  });
});

describe('the README', () => {
  test('has fewer than 220 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThan(220);
  });

  test('starts with one sentence, the smallest program in eighteen lines, and its trace', () => {
    const [title, sentence] = readme.split('\n\n');
    expect(title).toBe('# fc-traced');
    expect(sentence).toMatch(/^[^.]+\.$/);
    expect(blocks[0]).toMatchObject({ from: 'samples/hello/handler.ts' });
    expect(blocks[0]).toMatchObject({
      language: 'ts',
      text: readFileSync(path.join(root, 'samples/hello/handler.ts'), 'utf8').trimEnd(),
    });
    expect(blocks[0]!.text.split('\n')).toHaveLength(18);
    expect(blocks[1]!.text).toContain('Greeter.greet');
  });

  test('shows only traces of samples', () => {
    const names = readdirSync(path.join(root, 'samples', 'hello', 'trace'));
    // Without attributes.
    const samples = names.map((name) =>
      readFileSync(path.join(root, 'samples', 'hello', 'trace', name), 'utf8')
        .replace(/ {2}\w[^\n]*$/gm, '')
        .trimEnd(),
    );
    const trees = blocks.filter(({ text }) => text.includes('└─'));
    expect(trees.map(({ text }) => samples.includes(text))).toEqual([true, true]);
  });
});

describe('the guides', () => {
  const configuration = readDocument(root, 'docs/configuration.md');

  test('list exactly the options of a handler', () => {
    expect(firstColumn(configuration, 'Options', 'option')).toEqual(
      optionsListedBy(() => createHandler(class {}, noSuchOption)),
    );
  });

  test('list exactly the options of @Traced and of @Service', () => {
    const traced = readDocument(root, 'docs/traced.md');
    const injection = readDocument(root, 'docs/dependency-injection.md');
    expect(firstColumn(traced, 'Options', 'option')).toEqual(optionsListedBy(() => Traced(noSuchOption)));
    expect(firstColumn(injection, 'Scopes', 'option')).toEqual(optionsListedBy(() => Service(noSuchOption)));
  });

  test('list exactly the error codes', () => {
    expect(firstColumn(readDocument(root, 'docs/errors.md'), 'Errors', 'code')).toEqual(Object.keys(ERROR_CODES));
  });

  test('name every variable that fc-traced reads', () => {
    const sources = ['src/environment-variables.ts'];
    const read = sources.flatMap((file) => [
      ...readFileSync(path.join(root, file), 'utf8').matchAll(/'((?:OTEL|FC|TRACED)_[A-Z_]+)'/g),
    ]);
    const names = [...new Set([...read].map((match) => match[1]!))];
    expect(names.filter((name) => !configuration.includes(`\`${name}\``))).toEqual([]);
  });

  test('quote messages that fc-traced logs', () => {
    const code = sourceFiles(path.join(root, 'src'))
      .map((file) => readCode(path.join(root, 'src', file)))
      .join('\n');
    const quoted = firstColumn(readDocument(root, 'docs/troubleshooting.md'), 'Messages', 'message');
    expect(quoted.length).toBeGreaterThan(3);
    // `…`, HOST and numbers are variable; what follows a colon is composed from another message.
    const fixed = quoted.flatMap((message) => message.split(/…|HOST|\d+|:/)).map((part) => part.trim());
    expect(fixed.filter((part) => !code.includes(part))).toEqual([]);
  });

  test.each(documents)('%s names only scripts of npm that exist', (file) => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const text = readDocument(root, file).replace(/^```[^]*?^```$/gm, '');
    const named = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

test('CONTRIBUTING lists every folder of tests', () => {
  const listed = [...readDocument(root, 'CONTRIBUTING.md').matchAll(/^\| (`test\/.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`test\/([^`]+)`/g)].map(([, name]) => name!),
  );
  const folders = readdirSync(path.join(root, 'test'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(listed.sort()).toEqual(folders.map(({ name }) => name).sort());
});

test('docs/dependencies.md has a line for each package', () => {
  const {
    dependencies = {},
    peerDependencies,
    devDependencies,
  } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  const text = readDocument(root, 'docs/dependencies.md');
  const lines = (table: Record<string, string>): string[] =>
    Object.entries(table).map(([name, range]) => `| \`${name}\` | \`${range}\` |`);
  expect([...lines(dependencies), ...lines(peerDependencies!)].filter((line) => !text.includes(line))).toEqual([]);
  expect(Object.keys(devDependencies!).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
