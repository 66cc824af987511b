import { durationText } from '../model/duration-text';
import type { ViewerSpan } from '../model/span';
import { serviceOf } from '../model/summary';
import { jsonValue } from '../model/text';
import { criticalNanos } from '../model/totals';
import type { SpanNode } from '../model/trace-model';
import { visibleLine, visibleText } from '../model/visible-text';
import { button, h } from './dom';
import type { Child } from './dom';
import { logTable } from './log-table';
import { t, timeText } from './preferences';
import { hashOf } from './routes';
import { colorClass } from './span-color';
import { attributeTable } from './span-values';
import type { TraceSession } from './trace-session';

// More logs than this are in the tab of the logs.
const MAX_LOGS = 200;

function section(title: string, count: number | undefined, ...children: Child[]): HTMLElement {
  return h(
    'section',
    {},
    h('h3', {}, title, count !== undefined && h('span', { class: 'count' }, String(count))),
    ...children,
  );
}

function fact(label: string, value: string): HTMLElement {
  return h('div', {}, h('dt', {}, label), h('dd', {}, value));
}

function notices(node: SpanNode): HTMLElement[] {
  const notice = (text: string, kind: string): HTMLElement => h('p', { class: `notice ${kind}` }, text);
  const list: HTMLElement[] = [];
  if (node.error) list.push(notice(visibleText(node.span.status.message ?? t('error')).slice(0, 2000), 'error'));
  if (node.span.arrivedAfterThaw === true) list.push(notice(t('arrivedAfterThawHelp'), 'thaw'));
  if (node.cutOff) list.push(notice(t('cutOffHelp'), 'cut'));
  if (node.orphan) list.push(notice(t('orphanHelp'), 'orphan'));
  return list;
}

function eventsOf(session: TraceSession, node: SpanNode): HTMLElement[] {
  return node.span.events.map((event) =>
    h(
      'details',
      { open: node.span.events.length <= 3 },
      h(
        'summary',
        {},
        h('bdi', {}, visibleLine(event.name) || '—'),
        h('span', { class: 'muted' }, durationText(Number(event.timeNanos - session.trace.startNanos) - node.start)),
      ),
      attributeTable(event.attributes),
    ),
  );
}

function linkElement(
  traceId: string,
  spanId: string,
  label: string,
  attributes: Readonly<Record<string, unknown>>,
): HTMLElement {
  return h(
    'div',
    { class: 'link-target' },
    h('a', { href: hashOf({ page: 'trace', traceId, spanId }) }, label),
    Object.keys(attributes).length > 0 && attributeTable(attributes),
  );
}

function linksOf(node: SpanNode): HTMLElement[] {
  return node.span.links.map(({ traceId, spanId, attributes }) =>
    linkElement(traceId, spanId, t('linkTarget', { trace: traceId.slice(0, 8), span: spanId }), attributes),
  );
}

function linkedFrom(node: SpanNode, linking: readonly ViewerSpan[]): HTMLElement[] {
  return linking.flatMap((span) =>
    span.links
      .filter((link) => link.spanId === node.span.spanId && link.traceId === node.span.traceId)
      .map((link) =>
        linkElement(
          span.traceId,
          span.spanId,
          `${visibleLine(span.name)} · ${visibleLine(serviceOf(span))}`,
          link.attributes,
        ),
      ),
  );
}

/** The log records of a span and of the spans below it, in order of time. */
function logsBelow(session: TraceSession, node: SpanNode): HTMLElement | false {
  const below = new Set<string>();
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    below.add(next.span.spanId);
    pending.push(...next.children);
  }
  const logs = session.trace.logs.filter(({ spanId }) => spanId !== undefined && below.has(spanId));
  return logs.length > 0 && section(t('logsHere'), logs.length, logTable(session, logs.slice(0, MAX_LOGS), false));
}

function copyButton({ span }: SpanNode): HTMLElement {
  const element = button(t('copyJson'), () => {
    void navigator.clipboard.writeText(JSON.stringify(span, jsonValue, 2)).then(() => {
      element.textContent = t('copied');
    });
  });
  return element;
}

/** The details of the selected span. */
export function detailsPanel(
  session: TraceSession,
  node: SpanNode,
  linking: readonly ViewerSpan[],
  onFind: (search: string) => void,
): HTMLElement {
  const { span } = node;
  const from = linkedFrom(node, linking);
  return h(
    'aside',
    { class: 'details', tabindex: '0', aria: { label: t('details') } },
    h(
      'header',
      {},
      h('i', { class: `dot ${colorClass(node, session.colorByService)}` }),
      h('h2', {}, h('bdi', {}, visibleLine(span.name, 500) || '—')),
      button('✕', () => session.setDetailsOpen(false), { class: 'icon', aria: { label: t('close') } }),
    ),
    ...notices(node),
    h(
      'dl',
      { class: 'facts' },
      fact(t('duration'), durationText(node.end - node.start)),
      fact(t('selfTime'), durationText(node.selfNanos)),
      fact(t('onCritical'), durationText(criticalNanos(node))),
      fact(t('started'), `+${durationText(node.start)}`),
      fact(t('service'), visibleLine(serviceOf(span), 100)),
      fact(t('kind'), span.kind),
      fact(t('status'), span.status.code),
      fact(t('localTime'), timeText(span.startNanos)),
    ),
    Object.keys(span.attributes).length > 0 &&
      section(t('attributes'), undefined, attributeTable(span.attributes, onFind)),
    span.events.length > 0 && section(t('events'), span.events.length, ...eventsOf(session, node)),
    span.links.length > 0 && section(t('links'), span.links.length, ...linksOf(node)),
    from.length > 0 && section(t('linkedFrom'), from.length, ...from),
    logsBelow(session, node),
    section(t('resource'), undefined, attributeTable(span.resource, onFind)),
    section(
      t('ids'),
      undefined,
      attributeTable({
        'trace.id': span.traceId,
        'span.id': span.spanId,
        ...(span.parentSpanId === undefined ? {} : { 'parent.id': span.parentSpanId }),
        ...(span.scope === undefined ? {} : { scope: `${span.scope.name} ${span.scope.version ?? ''}`.trim() }),
        ...(span.traceState === undefined ? {} : { tracestate: span.traceState }),
      }),
      copyButton(node),
    ),
  );
}
