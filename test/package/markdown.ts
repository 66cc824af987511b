import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fenced block of a document. */
export interface CodeBlock {
  /** What stands behind the opening fence. */
  readonly language: string;
  readonly text: string;
  /** The file that a comment `<!-- from … -->` right above names. */
  readonly from?: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

const FOLDERS_LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** All documents of a folder, as paths relative to it, with forward slashes. */
export function documentsIn(folder: string, below = ''): string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.posix.join(below, entry.name);
      if (entry.isDirectory()) return FOLDERS_LEFT_OUT.has(entry.name) ? [] : documentsIn(folder, file);
      return entry.name.endsWith('.md') ? [file] : [];
    })
    .sort();
}

/** The fenced blocks of a document, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split('\n');
  const found: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const opening = /^```(\w*)$/.exec(lines[at]!);
    if (opening === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`line ${at + 1}: a fence that is not closed`);
    const from = /^<!-- from (\S+) -->$/.exec(lines[at - 1] ?? '')?.[1];
    found.push({
      language: opening[1]!,
      text: lines.slice(at + 1, end).join('\n'),
      line: at + 1,
      ...(from !== undefined && { from }),
    });
    at = end;
  }
  return found;
}

/** The text of a document without its fenced blocks. */
function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Links of a document that lead into this repository. */
export function relativeLinks(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that a document's headings make. */
export function anchorsOf(markdown: string): string[] {
  return [...prose(markdown).matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-'),
  );
}

/** The code in the first column of a table: the one that has `head` above that column, below a heading. */
export function firstColumn(markdown: string, heading: string, head: string): string[] {
  const section = markdown.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const table = section.split('\n\n').find((part) => part.startsWith(`| ${head} |`));
  if (table === undefined) throw new Error(`no table of "${head}" below "${heading}"`);
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
}

/** A document's text. */
export function readDocument(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8');
}
