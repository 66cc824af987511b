import { parseSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sourceFiles } from './import-scan';

/** A regular expression in a source file. */
export interface Expression {
  readonly file: string;
  readonly pattern: string;
  readonly flags: string;
}

interface Node {
  readonly type?: string;
  readonly [key: string]: unknown;
}

function visit(node: unknown, found: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) found(node as Node);
  for (const inner of Object.values(node)) visit(inner, found);
}

/** The regular expressions in the files of a folder, and the files that build one from a string. */
export function expressionsIn(folder: string): { readonly expressions: Expression[]; readonly dynamic: string[] } {
  const expressions: Expression[] = [];
  const dynamic: string[] = [];
  for (const file of sourceFiles(folder)) {
    const source = readFileSync(path.join(folder, file), 'utf8');
    const module = parseSync(source, { syntax: 'typescript', decorators: true, target: 'es2022' });
    visit(module, (node) => {
      const { type, callee } = node as { type?: string; callee?: { value?: unknown } };
      if (type === 'RegExpLiteral') {
        expressions.push({ file, pattern: String(node.pattern), flags: String(node.flags) });
      } else if ((type === 'NewExpression' || type === 'CallExpression') && callee?.value === 'RegExp') {
        dynamic.push(file);
      }
    });
  }
  return { expressions, dynamic };
}
