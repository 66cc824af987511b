import path from 'node:path';
import { root } from './fresh-process';
import { readDocument } from './markdown';

/** A name in a row of a table, and how it may be imported. */
interface Listed {
  readonly name: string;
  readonly mode: 'any' | 'type' | 'lazy';
}

/** A row of the layer tables in docs/architecture.md. */
export interface Layer {
  readonly part: string;
  readonly own: readonly Listed[];
  /** The base parts, which a row does not have to list. */
  readonly base: readonly Listed[];
  readonly packages: readonly Listed[];
}

const EVERY_PART_ABOVE = 'every part above';

/**
 * Returns the names of a cell: each in backticks, `Node` for the modules of Node.js, followed by `(types)` or `(lazy)`
 * if restricted to that.
 */
function listed(cell: string, mode: Listed['mode'] = 'any'): Listed[] {
  return [...cell.matchAll(/(?:`([^`]+)`|\b(Node)\b)(?: \((types|lazy)\))?/g)].map(([, name, node, only]) => ({
    name: node === undefined ? name! : 'node:*',
    mode: only === undefined ? mode : only === 'types' ? 'type' : 'lazy',
  }));
}

/** Returns the cells of the rows of the table with this first column. */
function rowsOf(section: string, firstColumn: string): string[][] {
  const table = section.slice(section.indexOf(`| ${firstColumn} |`)).split('\n\n', 1)[0]!;
  const rows = table.split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Reads the layer tables, the lowest layer first. Every part may import the base. */
export function readLayers(): Layer[] {
  const document = readDocument(root, path.join('docs', 'architecture.md'));
  const section = document.slice(document.indexOf('## Layers'), document.indexOf('## Decisions'));
  const any = (name: string): Listed => ({ name, mode: 'any' });
  const base: string[] = [];
  const layers: Layer[] = [];
  for (const [part = '', , packages = ''] of rowsOf(section, 'base')) {
    const name = part.replaceAll('`', '');
    layers.push({ part: name, own: [], base: base.map(any), packages: listed(packages) });
    base.push(name);
  }
  const parts: string[] = [];
  for (const [part = '', , imports = '', types = '', packages = ''] of rowsOf(section, 'part')) {
    const name = part.replaceAll('`', '');
    const own = imports === EVERY_PART_ABOVE ? parts.map(any) : listed(imports);
    layers.push({
      part: name,
      own: [...own, ...listed(types, 'type')],
      base: base.map(any),
      packages: listed(packages),
    });
    parts.push(name);
  }
  return layers;
}
