import path from 'node:path';
import { root } from './fresh-process';
import { readDocument } from './markdown';

/** A name that a line of the table lists, and how it may be imported. */
interface Listed {
  readonly name: string;
  readonly mode: 'any' | 'type' | 'lazy';
}

/** One line of the table of layers in docs/architecture.md. */
export interface Layer {
  readonly part: string;
  readonly own: readonly Listed[];
  readonly packages: readonly Listed[];
}

const EVERY_PART_ABOVE = 'every part above';

/** The names of a cell: each in backticks, `Node` for all of Node's modules, `(types)` or `(lazy)` behind those that may be imported only so. */
function listed(cell: string, mode: Listed['mode'] = 'any'): Listed[] {
  return [...cell.matchAll(/(?:`([^`]+)`|\b(Node)\b)(?: \((types|lazy)\))?/g)].map(([, name, node, only]) => ({
    name: node === undefined ? name! : 'node:*',
    mode: only === undefined ? mode : only === 'types' ? 'type' : 'lazy',
  }));
}

/** Reads the table of layers, the lowest first. */
export function readLayers(): Layer[] {
  const document = readDocument(root, path.join('docs', 'architecture.md'));
  const section = document.slice(document.indexOf('## Layers'), document.indexOf('## Decisions'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const parts: string[] = [];
  return rows.map((row) => {
    const [part = '', , imports = '', types = '', packages = ''] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const name = part.replaceAll('`', '');
    const own =
      imports === EVERY_PART_ABOVE ? parts.map((above): Listed => ({ name: above, mode: 'any' })) : listed(imports);
    parts.push(name);
    return { part: name, own: [...own, ...listed(types, 'type')], packages: listed(packages) };
  });
}
