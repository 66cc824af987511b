import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import type { SourceMapping, SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';

// esbuild appends a number to a name that is taken.
const DECLARED = /(?<![\w$.])(?:class|function\*?)\s+([A-Za-z_$][\w$]*\d)(?![\w$])/g;
const ASSIGNED =
  /(?<![\w$.])([A-Za-z_$][\w$]*\d)\s*=\s*(?=class\b|(?:async\s*)?(?:function\b|\([^()]*\)\s*=>|[A-Za-z_$][\w$]*\s*=>))/g;
const IDENTIFIER = /[A-Za-z_$][\w$]*/y;

/** The identifier at a place of a text; `undefined` if there is none. */
function identifierAt(line: string | undefined, column: number): string | undefined {
  IDENTIFIER.lastIndex = column;
  return line === undefined ? undefined : IDENTIFIER.exec(line)?.[0];
}

/** A source as a path: esbuild writes it as a relative URL. */
function pathIn(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}

/**
 * The modules in which a class or a function has another name in a bundle than in its source, because another module
 * declares the same name.
 */
export function renamedModules(bundle: string): string[] {
  const map = JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as SourceMapPayload;
  const places = new SourceMap(map);
  const sources = new Map<string, string[]>();
  const linesOf = (source: string): string[] => {
    const lines = sources.get(source) ?? map.sourcesContent?.[map.sources.indexOf(source)]?.split('\n') ?? [];
    sources.set(source, lines);
    return lines;
  };
  const renamed = new Set<string>();
  for (const [index, line] of readFileSync(bundle, 'utf8').split('\n').entries()) {
    for (const match of [...line.matchAll(DECLARED), ...line.matchAll(ASSIGNED)]) {
      const name = match[1]!;
      const entry = places.findEntry(index, match.index + match[0].indexOf(name));
      const { originalSource, originalLine, originalColumn } = entry as Partial<SourceMapping>;
      // Generated code has no source.
      if (originalSource === undefined || originalLine === undefined || originalColumn === undefined) continue;
      if (identifierAt(linesOf(originalSource)[originalLine], originalColumn) === name) continue;
      renamed.add(resolve(dirname(bundle), pathIn(originalSource)));
    }
  }
  return [...renamed].filter((file) => existsSync(file));
}
