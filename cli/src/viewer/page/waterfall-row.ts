import { durationText } from '../model/duration-text';
import type { Interval } from '../model/intervals';
import { serviceOf } from '../model/summary';
import type { SpanNode } from '../model/trace-model';
import { visibleLine } from '../model/visible-text';
import { fill, h, place } from './dom';
import { t } from './preferences';
import { colorClass } from './span-color';
import type { TraceSession } from './trace-session';

// Deeper spans are not indented further, so that their names stay visible.
const MAX_INDENT = 24;
// More marks than this are not distinguishable within one bar.
const MAX_MARKS = 60;

/** Where a time is in the shown part of the trace, in percent. */
const percentOf = (time: number, shown: Interval): number =>
  ((time - shown.start) / (shown.end - shown.start || 1)) * 100;

function badgesOf(node: SpanNode): HTMLElement[] {
  const badges: HTMLElement[] = [];
  const add = (text: string, kind: string): void => void badges.push(h('span', { class: `badge ${kind}` }, text));
  if (node.error) add(t('error'), 'error');
  if (node.cutOff) add(t('cutOff'), 'cut');
  if (node.span.arrivedAfterThaw === true) add(t('arrivedAfterThaw'), 'thaw');
  if (node.orphan) add(t('orphan'), 'orphan');
  return badges;
}

function nameCell(session: TraceSession, node: SpanNode, previousService: string | undefined): HTMLElement {
  const service = serviceOf(node.span);
  const caret = node.children.length === 0 ? '' : session.isCollapsed(node) ? '▸' : '▾';
  const indent = h('span', { class: 'indent' });
  indent.style.setProperty('--depth', String(Math.min(node.depth, MAX_INDENT)));
  return h(
    'div',
    { class: 'name', role: 'gridcell' },
    indent,
    h('span', { class: 'caret', aria: { hidden: 'true' } }, caret),
    h('i', { class: `dot ${colorClass(node, session.colorByService)}` }),
    h('bdi', { class: 'label' }, visibleLine(node.span.name) || '—'),
    service !== previousService && service !== '' && h('bdi', { class: 'service' }, visibleLine(service, 60)),
    ...badgesOf(node),
  );
}

function marks(node: SpanNode, shown: Interval, startNanos: bigint): HTMLElement[] {
  const marksOf = (times: readonly bigint[], kind: string): HTMLElement[] =>
    times.slice(0, MAX_MARKS).flatMap((time) => {
      const at = percentOf(Number(time - startNanos), shown);
      if (at < 0 || at > 100) return [];
      const mark = h('i', { class: `point ${kind}` });
      place(mark, 'left', at);
      return [mark];
    });
  return [
    ...marksOf(
      node.span.events.map(({ timeNanos }) => timeNanos),
      'event',
    ),
    ...marksOf(
      node.logs.map(({ timeNanos }) => timeNanos),
      'log',
    ),
  ];
}

/** The parts on the critical path. Those that are too close together to be told apart are one. */
function criticalParts({ critical }: SpanNode, shown: Interval): HTMLElement[] {
  const nearest = (shown.end - shown.start) / 500;
  const parts: { start: number; end: number }[] = [];
  for (const { start, end } of [...critical].sort((a, b) => a.start - b.start)) {
    if (end < shown.start || start > shown.end) continue;
    const last = parts.at(-1);
    if (last !== undefined && start - last.end < nearest) last.end = end;
    else parts.push({ start, end });
  }
  return parts.map(({ start, end }) => {
    const part = h('i', { class: 'critical' });
    const from = Math.max(percentOf(start, shown), 0);
    place(part, 'left', from);
    place(part, 'width', Math.min(percentOf(end, shown), 100) - from);
    return part;
  });
}

function timeCell(session: TraceSession, node: SpanNode): HTMLElement {
  const { shown, trace } = session;
  const cell = h('div', { class: 'time', role: 'gridcell' });
  const [from, to] = [percentOf(node.start, shown), percentOf(node.end, shown)];
  const text = durationText(node.end - node.start);
  const bar = h('div', { class: `bar ${colorClass(node, session.colorByService)}` });
  const left = Math.min(Math.max(from, 0), 100);
  const right = Math.min(Math.max(to, 0), 100);
  if (from > 100 || to < 0) bar.classList.add('outside');
  if (node.error) bar.classList.add('error');
  if (node.cutOff) bar.classList.add('cut');
  if (node.span.arrivedAfterThaw === true) bar.classList.add('thaw');
  place(bar, 'left', left);
  place(bar, 'width', right - left);
  const duration = h('span', { class: 'duration' }, text);
  // The text is right of the bar; left of it, or inside, where the room ends.
  if (right < 82) place(duration, 'left', right);
  else if (left > 18) place(duration, 'right', 100 - left);
  else {
    duration.classList.add('inside');
    place(duration, 'right', 100 - right);
  }
  fill(cell, bar, ...criticalParts(node, shown), ...marks(node, shown, trace.startNanos), duration);
  return cell;
}

/** Creates the row of a span. */
export function waterfallRow(session: TraceSession, node: SpanNode, index: number): HTMLElement {
  const { selected, found, search } = session;
  const above = session.rows[index - 1];
  const classes = ['row'];
  if (search.trim() !== '') classes.push(found.has(node) ? 'found' : 'dimmed');
  if (node.error) classes.push('failed');
  return h(
    'div',
    {
      class: classes.join(' '),
      role: 'row',
      id: `row-${index}`,
      data: { index: String(index) },
      aria: {
        level: String(node.depth + 1),
        rowindex: String(index + 1),
        selected: String(node === selected),
        expanded: node.children.length === 0 ? undefined : String(!session.isCollapsed(node)),
      },
    },
    nameCell(session, node, above === undefined ? undefined : serviceOf(above.span)),
    timeCell(session, node),
  );
}
