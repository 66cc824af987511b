import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fenced block of a document. */
export interface CodeBlock {
  /** The language after the opening fence, or an empty string. */
  readonly language: string;
  readonly text: string;
  /** The file in a comment `<!-- from … -->` above the block. */
  readonly from?: string;
  /** The line of the opening fence, starting with 1. */
  readonly line: number;
}

const IGNORED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Returns all Markdown documents of a folder, as relative paths with forward slashes. */
export function documentsIn(folder: string, below = ''): string[] {
  return readdirSync(path.join(folder, below), { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.posix.join(below, entry.name);
      if (entry.isDirectory()) return IGNORED_FOLDERS.has(entry.name) ? [] : documentsIn(folder, file);
      return entry.name.endsWith('.md') ? [file] : [];
    })
    .sort();
}

/** Returns the fenced blocks of a document, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const lines = markdown.split('\n');
  const found: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const opening = /^```(\w*)$/.exec(lines[at]!);
    if (opening === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`line ${at + 1}: the fence is not closed`);
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

/** Returns a document without its fenced blocks. */
function prose(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Returns the links and pictures of a document that are files of this repository. */
export function relativeLinks(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map((match) => match[1] ?? match[2]!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Returns the anchors of a document's headings. Further headings with the same text have a number. */
export function anchorsOf(markdown: string): string[] {
  const counts = new Map<string, number>();
  return [...prose(markdown).matchAll(/^#+ (.+)$/gm)].map((match) => {
    const anchor = match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-');
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** Returns the code in the first column of the table below `heading` whose first column is named `head`. */
export function firstColumn(markdown: string, heading: string, head: string): string[] {
  const section = markdown.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const table = section.split('\n\n').find((part) => part.startsWith(`| ${head} |`));
  if (table === undefined) throw new Error(`no table of "${head}" below "${heading}"`);
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
}

/** Returns the text of a document. */
export function readDocument(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8');
}
