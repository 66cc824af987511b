import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './fresh-process';
import { sourceFiles } from './import-scan';
import { codeBlocks, documentsIn, readDocument } from './markdown';

interface Example {
  readonly place: string;
  readonly text: string;
}

/** The examples of a source's doc comments, without the comment's stars. */
function examplesOf(file: string): Example[] {
  const source = readFileSync(path.join(root, 'src', file), 'utf8');
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(([comment]) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
    const start = lines.findIndex((line) => line.startsWith('@example'));
    if (start === -1) return [];
    const fenced = codeBlocks(lines.slice(start).join('\n')).filter(({ language }) => language === 'ts');
    if (fenced.length === 0) throw new Error(`src/${file}: an @example without a ts block`);
    return fenced.map(({ text }) => ({ place: `src/${file}`, text }));
  });
}

const inComments = sourceFiles(path.join(root, 'src')).flatMap(examplesOf);
/** The blocks of all documents. A translated page has the code of its original, which is compiled once. */
const inDocuments = [
  ...new Map(
    documentsIn(root).flatMap((file) =>
      codeBlocks(readDocument(root, file)).flatMap(({ language, from, text, line }) =>
        language === 'ts' && from === undefined ? [[text, { place: `${file}, line ${line}`, text }] as const] : [],
      ),
    ),
  ).values(),
];

/** Compiles examples, one module each, and returns the compiler's errors with the place of the example. */
async function compile(examples: readonly Example[], decorators: 'legacy' | 'standard'): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-examples-'));
  try {
    examples.forEach(({ text }, index) => writeFileSync(path.join(folder, `example-${index}.ts`), `${text}\n`));
    // The example that tests the function of the README imports it.
    cpSync(path.join(root, 'samples/hello/handler.ts'), path.join(folder, 'handler.ts'));
    writeFileSync(path.join(folder, 'source-maps.ts'), '');
    cpSync(path.join(__dirname, 'other-frameworks.d.ts'), path.join(folder, 'other-frameworks.d.ts'));
    const isLegacy = decorators === 'legacy';
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: path.join(root, 'tsconfig.json'),
        compilerOptions: {
          experimentalDecorators: isLegacy,
          emitDecoratorMetadata: isLegacy,
          moduleDetection: 'force',
          // The installed package has type declarations; here, `src` and the packages of this repository are used
          // instead.
          paths: {
            'fc-traced': [path.join(root, 'src/index.ts')],
            'fc-traced/testing': [path.join(root, 'src/testing.ts')],
            'fc-traced/server': [path.join(root, 'src/server.ts')],
            'fc-traced/mcp': [path.join(root, 'src/mcp.ts')],
            '@modelcontextprotocol/sdk/*': [path.join(root, 'node_modules/@modelcontextprotocol/sdk/dist/cjs/*')],
            '*': ['node_modules/@types/*', 'node_modules/*'].map((folder) => path.join(root, folder)),
          },
          typeRoots: [path.join(root, 'node_modules', '@types')],
          types: ['node', 'jest'],
        },
        include: ['*.ts'],
      }),
    );
    const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder], {
      cwd: folder,
      maxBuffer: 1 << 24,
    }).catch((error: unknown) => error as { stdout: string });
    // Errors in `src` itself are reported by `npm run typecheck`.
    const ownSource = `${path.relative(folder, path.join(root, 'src'))}${path.sep}`;
    return stdout
      .split('\n')
      .filter(
        (line) => line.includes('error TS') && !path.relative(folder, path.resolve(folder, line)).startsWith(ownSource),
      )
      .map((line) => line.replace(/^.*?example-(\d+)\.ts/, (_, index: string) => examples[Number(index)]!.place));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('every example of a doc comment compiles', async () => {
  expect(inComments.length).toBeGreaterThanOrEqual(10);
  expect(await compile(inComments, 'legacy')).toEqual([]);
});

test('every example of a doc comment without decorated parameters compiles with standard decorators', async () => {
  expect(
    await compile(
      inComments.filter(({ text }) => !/\(@(Inject|SpanAttribute)/.test(text)),
      'standard',
    ),
  ).toEqual([]);
});

test('every ts block of a document that is not copied from a file compiles', async () => {
  expect(inDocuments.length).toBeGreaterThan(0);
  expect(await compile(inDocuments, 'legacy')).toEqual([]);
});

// TypeScript takes an @ after a space, or at the start of a line, for the start of a tag, in a code block too. A decorator
// that starts a line has an empty statement before it.
test('every example of a doc comment is shown by TypeScript as it is written', () => {
  const cut = inComments.filter(({ text }) => /(^|\s)@|\\@/m.test(text));
  expect(cut.map(({ place }) => place)).toEqual([]);
});

test('a compiler error is reported with the place of the example', async () => {
  expect(
    await compile(
      [
        { place: 'src/valid.ts', text: 'export const one = 1;' },
        { place: 'src/broken.ts', text: 'const one: string = 1;' },
      ],
      'legacy',
    ),
  ).toEqual([expect.stringMatching(/^src\/broken\.ts.*error TS2322/)]);
});
