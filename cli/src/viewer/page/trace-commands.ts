import type { SpanNode } from '../model/trace-model';
import type { CommandHandlers } from './commands';
import { hashOf } from './routes';
import type { TraceSession } from './trace-session';

function moveRight(session: TraceSession): void {
  const { selected } = session;
  if (selected === undefined) session.move(1);
  else if (session.isCollapsed(selected)) session.setCollapsed([selected], false);
  else if (selected.children[0] !== undefined) session.select(selected.children[0]);
}

function moveLeft(session: TraceSession): void {
  const { selected } = session;
  if (selected === undefined) return;
  if (selected.children.length > 0 && !session.isCollapsed(selected)) session.setCollapsed([selected], true);
  else session.select(selected.parent);
}

function followLink({ selected }: TraceSession): void {
  const link = selected?.span.links[0];
  if (link !== undefined) location.hash = hashOf({ page: 'trace', traceId: link.traceId, spanId: link.spanId });
}

/** The commands that only change the session. Those for rows apply to the waterfall only. */
export function traceCommands(session: TraceSession): CommandHandlers {
  const inWaterfall = (work: () => void) => (): void | false => (session.tab === 'waterfall' ? work() : false);
  const next = (step: 1 | -1, isWanted: (node: SpanNode) => boolean) => (): void => {
    if (session.tab !== 'waterfall') session.setTab('waterfall');
    session.selectNext(step, isWanted);
  };
  return {
    down: inWaterfall(() => session.move(1)),
    up: inWaterfall(() => session.move(-1)),
    first: inWaterfall(() => session.select(session.rows[0])),
    last: inWaterfall(() => session.select(session.rows.at(-1))),
    right: inWaterfall(() => moveRight(session)),
    left: inWaterfall(() => moveLeft(session)),
    expandAll: () => session.setCollapsed(session.trace.nodes, false),
    collapseAll: () => session.setCollapsed(session.trace.nodes, true),
    nextMatch: next(1, (node) => session.found.has(node)),
    previousMatch: next(-1, (node) => session.found.has(node)),
    matchesOnly: () => session.setMatchesOnly(!session.matchesOnly),
    nextError: next(1, ({ error }) => error),
    previousError: next(-1, ({ error }) => error),
    nextCritical: next(1, ({ critical }) => critical.length > 0),
    criticalOnly: () => session.setCriticalOnly(!session.criticalOnly),
    zoomIn: () => session.zoom(0.5),
    zoomOut: () => session.zoom(2),
    zoomReset: () => session.showAll(),
    zoomSpan: () => {
      if (session.selected !== undefined) session.zoomTo(session.selected);
    },
    panLeft: () => session.pan(-0.25),
    panRight: () => session.pan(0.25),
    link: () => followLink(session),
    color: () => session.toggleColor(),
    open: inWaterfall(() => session.setDetailsOpen(!session.detailsOpen)),
  };
}
