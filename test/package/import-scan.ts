import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One import of a source file. */
export interface FoundImport {
  /** The text between the quotes. */
  readonly specifier: string;
  /** `type` is erased by the compiler; `lazy` is a `require()` or `import()` call; `eager` is everything else. */
  readonly mode: 'type' | 'lazy' | 'eager';
}

const STATEMENT = /^[ \t]*(import|export)\s+(type\s+(?!from\b))?([\w$*\s{},]*?\bfrom\s*)?(['"])([^'"\n]+)\4/gm;
const CALL = /(typeof\s+)?\b(require|import)\(\s*(['"])([^'"\n]+)\3\s*\)(\s*\.\s*[A-Z])?/g;

/** Replaces comments, whose examples can contain imports, by spaces. Strings are kept. */
function withoutComments(source: string): string {
  return source.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, text: string | undefined) => text ?? ' ',
  );
}

/** Returns whether a clause like `{ type A, type B }` names only types. */
function namesOnlyTypes(clause: string): boolean {
  const names = /^\{([^}]*)\}\s*from\s*$/
    .exec(clause.trim() + ' ')?.[1]
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type '));
}

/** Returns the imports of a TypeScript source. Does not use a compiler. */
export function scanImports(source: string): FoundImport[] {
  const code = withoutComments(source);
  const found: FoundImport[] = [];
  for (const [, keyword, type, clause, , specifier] of code.matchAll(STATEMENT)) {
    if (specifier === undefined || (keyword === 'export' && clause === undefined)) continue;
    found.push({ specifier, mode: type !== undefined || namesOnlyTypes(clause ?? '') ? 'type' : 'eager' });
  }
  for (const [, typeOf, keyword, , specifier, member] of code.matchAll(CALL)) {
    if (specifier === undefined) continue;
    found.push({
      specifier,
      mode: typeOf !== undefined || (keyword === 'import' && member !== undefined) ? 'type' : 'lazy',
    });
  }
  return found;
}

/** Returns all TypeScript files below a folder, as relative paths with forward slashes. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

/** Returns the source text of a file without comments. */
export function readCode(file: string): string {
  return withoutComments(readFileSync(file, 'utf8'));
}
