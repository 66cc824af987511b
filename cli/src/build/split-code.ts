import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parse } from 'acorn';
import type { AnyNode } from 'acorn';
import { init, parse as parseExports } from 'cjs-module-lexer';
import { BundleError } from '../bundling/bundle-error';
import { withTexts } from './text-insertions';
import type { ChangedCode } from './text-insertions';

/** A bundle whose code is in a file of its own, so that its entry file can load it with a code cache. */
export interface SplitCode {
  /** The file with the code, which is beside the entry file. */
  readonly file: string;
  /** Identifies the code: its first line contains it. */
  readonly id: string;
  /** The first line of a script, such as `#!/usr/bin/env node`. */
  readonly hashbang: string | undefined;
  /** What Node.js finds in the code without running it, if an ES module imports the entry file. */
  readonly exports: { readonly names: readonly string[]; readonly reexports: readonly string[] };
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string';

const parsed = (code: string, allowAwaitOutsideFunction = false): AnyNode =>
  parse(code, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction,
  });

function nodesBelow(root: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  const open: AnyNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    found.push(node);
    for (const value of Object.values(node)) {
      // One by one: an array in the code may have more elements than a call has arguments.
      for (const inner of Array.isArray(value) ? value : [value]) if (isNode(inner)) open.push(inner);
    }
  }
  return found;
}

/** The text of an expression of strings, with `x` for each part that is not known. */
function textOf(node: AnyNode): string {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : 'x';
  if (node.type === 'BinaryExpression' && node.operator === '+') return textOf(node.left) + textOf(node.right);
  if (node.type === 'TemplateLiteral') {
    const { quasis, expressions } = node;
    return quasis
      .map(({ value }, index) => (value.cooked ?? '') + (index < expressions.length ? textOf(expressions[index]!) : ''))
      .join('');
  }
  return 'x';
}

/** Whether a text is code that calls `import()`, such as that of `new Function('name', 'return import(name)')`. */
function importsModules(text: string): boolean {
  if (!/\bimport\s*\(/.test(text)) return false;
  try {
    // That of an async function may contain `await`.
    return nodesBelow(parsed(text, true)).some(({ type }) => type === 'ImportExpression');
  } catch {
    return false;
  }
}

function freeName(code: string): string {
  for (let suffix = 'Module'; ; suffix += '_') if (!code.includes(`import${suffix}`)) return `import${suffix}`;
}

/** The path of the code of an entry file: `handler.code.js` for `handler.js`. */
export const codeFileOf = (file: string): string => file.replace(/(\.\w+)$/, '.code$1');

/** The path of the code cache of an entry file: `handler.code.cache` for `handler.js`. */
export const cacheFileOf = (file: string): string => `${file.slice(0, -extname(file).length)}.code.cache`;

/**
 * Copies the code of a bundle to a file beside the entry file, and moves its source map. The entry file stays a program
 * until that which loads the code replaces it. The file is an expression: a function
 * that gets a function for `import()`, which V8 does not support in code from a cache, and returns the function of the
 * module. Rejects with a {@link BundleError} if the bundle cannot have a code cache.
 */
export async function splitCode(file: string, name: string): Promise<SplitCode> {
  const code = readFileSync(file, 'utf8');
  const nodes = nodesBelow(parsed(code));
  const text = nodes.map(textOf).find(importsModules);
  if (text !== undefined) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    throw new BundleError(
      'NO_COMPILE_CACHE',
      `--compile-cache: ${name} has code in a string that imports modules, ${JSON.stringify(shown)}, which V8 does ` +
        'not support in code from a cache. Write import() as code, which a bundle keeps, or leave the option out',
    );
  }
  const importName = freeName(code);
  const inserted = nodes.flatMap((node) =>
    node.type === 'ImportExpression'
      ? [{ offset: node.start + 'import'.length, text: importName.slice('import'.length) }]
      : [],
  );
  const changed = withTexts(file, code, inserted);
  await init();
  const { exports: names, reexports } = parseExports(code);
  return { ...moveCode(file, changed, importName), exports: { names, reexports } };
}

function moveCode(
  file: string,
  { code, map }: ChangedCode,
  importName: string,
): Pick<SplitCode, 'file' | 'id' | 'hashbang'> {
  const target = codeFileOf(file);
  const hashbang = /^#!.*/.exec(code)?.[0];
  const body = (hashbang === undefined ? code : code.slice(hashbang.length + 1)).replace(
    /(\n\/\/# sourceMappingURL=).*(\s*)$/,
    `$1${basename(target)}.map$2`,
  );
  const id = createHash('sha256').update(body).digest('hex').slice(0, 32);
  const comment = `${id}, the code of ${basename(file)}. After a change, delete ${basename(cacheFileOf(file))}.`;
  // Functions in parentheses are parsed once. A line of its own keeps the columns of the code.
  const first =
    `/* ${comment} */ (function (${importName}) { ` +
    'return (function (exports, require, module, __filename, __dirname) {';
  writeFileSync(target, `${first}\n${body}\n}); })\n`);
  const mappings = hashbang === undefined ? `;${map.mappings}` : map.mappings;
  writeFileSync(`${target}.map`, JSON.stringify({ ...map, mappings }));
  rmSync(`${file}.map`);
  return { file: target, id, hashbang };
}
