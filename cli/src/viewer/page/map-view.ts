import { callMap } from '../model/call-map';
import type { MapEdge, MapNode } from '../model/call-map';
import { durationText } from '../model/duration-text';
import { layoutMap } from '../model/map-layout';
import type { PlacedNode } from '../model/map-layout';
import { serviceOf } from '../model/summary';
import { visibleLine } from '../model/visible-text';
import { button, h, svg } from './dom';
import { numberText, t } from './preferences';
import type { TraceSession } from './trace-session';

const NODE = { width: 190, height: 64, gapX: 120, gapY: 28 };
const MARGIN = 24;

const xOf = ({ column }: PlacedNode): number => MARGIN + column * (NODE.width + NODE.gapX);
const yOf = ({ row }: PlacedNode): number => MARGIN + row * (NODE.height + NODE.gapY);

function errorsText(errors: number): string {
  return errors === 1 ? t('oneError') : t('errorCount', { count: numberText(errors) });
}

function nodeElement(placed: PlacedNode, onClick: (node: MapNode) => void): HTMLElement {
  const { node } = placed;
  const details = [t(node.type), node.selfNanos > 0 ? durationText(node.selfNanos) : ''].filter(Boolean).join(' · ');
  const element = button(
    '',
    () => onClick(node),
    { class: `map-node ${node.type} ${node.errors > 0 ? 'failed' : ''}` },
    h('bdi', { class: 'label' }, visibleLine(node.label, 40)),
    h('span', { class: 'muted' }, details),
    node.errors > 0 && h('span', { class: 'failed' }, errorsText(node.errors)),
  );
  element.style.left = `${xOf(placed)}px`;
  element.style.top = `${yOf(placed)}px`;
  return element;
}

function edgeElements(edge: MapEdge, from: PlacedNode, to: PlacedNode): SVGElement[] {
  const back = to.column <= from.column;
  const [x1, y1] = [
    xOf(from) + (back ? NODE.width / 2 : NODE.width),
    yOf(from) + (back ? NODE.height : NODE.height / 2),
  ];
  const [x2, y2] = [xOf(to) + (back ? NODE.width / 2 : 0), yOf(to) + (back ? NODE.height : NODE.height / 2)];
  const bend = back ? 60 : Math.max(40, (x2 - x1) / 2);
  const path = back
    ? `M${x1},${y1} C${x1},${y1 + bend} ${x2},${y2 + bend} ${x2},${y2 + 4}`
    : `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2 - 4},${y2}`;
  const kind = edge.errors > 0 ? 'edge failed' : 'edge';
  const text = svg(
    'text',
    { x: (x1 + x2) / 2, y: (y1 + y2) / 2 + (back ? bend : -6), class: kind },
    edge.calls === 1 ? t('oneCall') : t('calls', { count: numberText(edge.calls) }),
  );
  const width = Math.min(1.5 + Math.log2(edge.calls), 6);
  return [svg('path', { d: path, class: kind, 'stroke-width': width, 'marker-end': 'url(#arrow)' }), text];
}

/** The tab with the map: which service calls which, and what they call that sends no spans. */
export function mapView(session: TraceSession): HTMLElement {
  const map = callMap(session.trace);
  const placed = layoutMap(map);
  const byId = new Map(placed.map((one) => [one.node.id, one]));
  const width = Math.max(...placed.map((one) => xOf(one) + NODE.width), 0) + MARGIN;
  const height = Math.max(...placed.map((one) => yOf(one) + NODE.height), 0) + MARGIN + 40;
  const edges = map.edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    return from === undefined || to === undefined ? [] : edgeElements(edge, from, to);
  });
  const select = (node: MapNode): void => {
    const first = session.trace.nodes.find(({ span }) => node.id === `service ${serviceOf(span)}`);
    session.select(first);
    session.setSearch(node.type === 'function' ? `service="${node.label}"` : `"${node.label.split(' ')[0]}"`);
    session.setTab('waterfall');
  };
  const arrow = svg(
    'marker',
    {
      id: 'arrow',
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 8,
      markerHeight: 8,
      markerUnits: 'userSpaceOnUse',
      orient: 'auto',
    },
    svg('path', { d: 'M0,0 L8,4 L0,8 z' }),
  );
  const canvas = h(
    'div',
    { class: 'map' },
    svg('svg', { width, height, 'aria-hidden': 'true' }, svg('defs', {}, arrow), ...edges),
    ...placed.map((one) => nodeElement(one, select)),
  );
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return h('div', { class: 'view', tabindex: '0', role: 'region', aria: { label: t('map') } }, canvas);
}
