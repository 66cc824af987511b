import type { CallMap, MapNode } from './call-map';

/** A node of the map and where it is: its column and its row, both from 0. Rows may have halves. */
export interface PlacedNode {
  readonly node: MapNode;
  readonly column: number;
  readonly row: number;
}

// A node is one column right of its callers. An edge back to a caller is ignored.
function columnsOf({ nodes, edges }: CallMap): Map<string, number> {
  const columns = new Map<string, number>();
  const visit = (id: string, column: number, path: ReadonlySet<string>): void => {
    if (path.has(id) || (columns.get(id) ?? -1) >= column) return;
    columns.set(id, column);
    for (const edge of edges) if (edge.from === id) visit(edge.to, column + 1, new Set([...path, id]));
  };
  const called = new Set(edges.filter(({ from, to }) => from !== to).map(({ to }) => to));
  for (const { id } of nodes) if (!called.has(id)) visit(id, 0, new Set());
  for (const { id } of nodes) if (!columns.has(id)) visit(id, 0, new Set());
  return columns;
}

/** Places the nodes of a map in columns, callers left of what they call, near those that they are connected with. */
export function layoutMap(map: CallMap): PlacedNode[] {
  const columns = columnsOf(map);
  const rows = new Map<string, number>();
  const placed: PlacedNode[] = [];
  const height = Math.max(0, ...countBy([...columns.values()]).values());
  for (let column = 0; column <= Math.max(0, ...columns.values()); column += 1) {
    const members = map.nodes.filter(({ id }) => columns.get(id) === column);
    const wish = new Map(members.map(({ id }, index) => [id, callerRow(map, rows, id) ?? index]));
    members.sort((a, b) => wish.get(a.id)! - wish.get(b.id)! || a.label.localeCompare(b.label));
    members.forEach((node, index) => {
      const row = index + (height - members.length) / 2;
      rows.set(node.id, row);
      placed.push({ node, column, row });
    });
  }
  return placed;
}

function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function callerRow({ edges }: CallMap, rows: ReadonlyMap<string, number>, id: string): number | undefined {
  const callers = edges.filter(({ to }) => to === id).flatMap(({ from }) => rows.get(from) ?? []);
  return callers.length === 0 ? undefined : callers.reduce((sum, row) => sum + row, 0) / callers.length;
}
