import { deltaText, durationText } from '../model/duration-text';
import { serviceOf } from '../model/summary';
import { diffTraces } from '../model/trace-diff';
import type { DiffRow } from '../model/trace-diff';
import type { SpanNode, TraceModel } from '../model/trace-model';
import { visibleLine } from '../model/visible-text';
import type { CommandHandlers } from './commands';
import { button, h, place } from './dom';
import { phaseBar } from './phase-bar';
import { t, timeText } from './preferences';
import { hashOf } from './routes';
import { colorClass } from './span-color';
import type { View } from './view';

// More rows of two traces are not read one by one.
const MAX_ROWS = 2_000;
const MAX_INDENT = 24;

function side(title: string, trace: TraceModel, longest: number): HTMLElement {
  const root = trace.nodes.find(({ phase }) => phase === 'function') ?? trace.nodes[0];
  return h(
    'section',
    {},
    h('span', { class: 'muted' }, title),
    h(
      'h2',
      {},
      h('a', { href: hashOf({ page: 'trace', traceId: trace.traceId }) }, visibleLine(root?.span.name ?? '', 80)),
      h('b', {}, durationText(trace.durationNanos)),
    ),
    h(
      'p',
      { class: 'muted' },
      [root === undefined ? '' : visibleLine(serviceOf(root.span), 60), timeText(trace.startNanos, true)].join(' · '),
    ),
    phaseBar(trace, longest),
  );
}

function durationCell(trace: TraceModel, node: SpanNode | undefined, missing: string): HTMLElement {
  if (node === undefined) return h('td', { class: 'number muted' }, missing);
  return h(
    'td',
    { class: 'number' },
    h(
      'a',
      { href: hashOf({ page: 'trace', traceId: trace.traceId, spanId: node.span.spanId }) },
      durationText(node.end - node.start),
    ),
  );
}

function row(one: DiffRow, before: TraceModel, after: TraceModel, largest: number): HTMLElement {
  const node = (one.after ?? one.before)!;
  const indent = h('span', { class: 'indent' });
  indent.style.setProperty('--depth', String(Math.min(one.depth, MAX_INDENT)));
  const bar = h('i', { class: one.deltaNanos > 0 ? 'slower' : 'faster' });
  const share = (Math.abs(one.deltaNanos) / (largest || 1)) * 50;
  place(bar, 'width', share);
  place(bar, 'left', one.deltaNanos > 0 ? 50 : 50 - share);
  const kind = one.before === undefined ? 'added' : one.after === undefined ? 'removed' : '';
  return h(
    'tr',
    { class: kind },
    h(
      'td',
      {},
      h(
        'div',
        { class: 'name' },
        indent,
        h('i', { class: `dot ${colorClass(node, false)}` }),
        h('bdi', { class: 'label' }, visibleLine(one.name, 120) || '—'),
        node.error && h('span', { class: 'badge error' }, t('error')),
      ),
    ),
    durationCell(before, one.before, t('onlyAfter')),
    durationCell(after, one.after, t('onlyBefore')),
    h('td', { class: 'number' }, deltaText(one.deltaNanos)),
    h('td', { class: 'delta', aria: { hidden: 'true' } }, h('div', {}, bar)),
  );
}

/** The comparison of two traces, span by span. */
export class CompareView implements View {
  readonly element: HTMLElement;
  readonly title = t('compare');
  readonly commands: CommandHandlers = {
    down: () => this.element.scrollBy({ top: 60 }),
    up: () => this.element.scrollBy({ top: -60 }),
  };

  constructor(before: TraceModel, after: TraceModel) {
    const rows = diffTraces(before, after).slice(0, MAX_ROWS);
    const largest = rows.reduce((most, { deltaNanos }) => Math.max(most, Math.abs(deltaNanos)), 0);
    const longest = Math.max(before.durationNanos, after.durationNanos);
    const swapped = hashOf({ page: 'compare', before: after.traceId, after: before.traceId });
    const titles = [
      h('th', { scope: 'col' }, t('name')),
      ...(['before', 'after', 'difference'] as const).map((key) => h('th', { scope: 'col', class: 'number' }, t(key))),
      h('td', { class: 'delta' }),
    ];
    this.element = h(
      'main',
      { class: 'compare', tabindex: '0' },
      h(
        'div',
        { class: 'sides' },
        side(t('before'), before, longest),
        button(t('swap'), () => (location.hash = swapped)),
        side(t('after'), after, longest),
      ),
      h(
        'table',
        { class: 'grid' },
        h('thead', {}, h('tr', {}, ...titles)),
        h('tbody', {}, ...rows.map((one) => row(one, before, after, largest))),
      ),
    );
  }

  shown(): void {
    this.element.focus();
  }
}
