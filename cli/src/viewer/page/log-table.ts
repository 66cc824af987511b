import { durationText } from '../model/duration-text';
import type { ViewerLog } from '../model/span';
import { valueText } from '../model/text';
import { visibleLine } from '../model/visible-text';
import { button, h } from './dom';
import { t } from './preferences';
import { valueElement } from './span-values';
import type { TraceSession } from './trace-session';

/** A table of log records, with the time since the start of the trace. */
export function logTable(session: TraceSession, logs: readonly ViewerLog[], withSpans = true): HTMLElement {
  const nodes = new Map(session.trace.nodes.map((node) => [node.span.spanId, node]));
  return h(
    'table',
    { class: 'log-table' },
    h(
      'tbody',
      {},
      ...logs.map((log) => {
        const node = nodes.get(log.spanId ?? '');
        return h(
          'tr',
          {
            class: `severity-${log.severity
              .slice(0, 5)
              .toLowerCase()
              .replace(/[^a-z]/g, '')}`,
          },
          h('td', { class: 'number' }, `+${durationText(Number(log.timeNanos - session.trace.startNanos))}`),
          h('td', { class: 'severity' }, visibleLine(log.severity, 12)),
          h('td', { class: 'body' }, valueElement(typeof log.body === 'string' ? log.body : valueText(log.body))),
          withSpans &&
            h(
              'td',
              {},
              node !== undefined &&
                button(
                  visibleLine(node.span.name, 60),
                  () => {
                    session.select(node);
                    session.detailsOpen = true;
                    session.setTab('waterfall');
                  },
                  { class: 'link' },
                ),
            ),
        );
      }),
    ),
  );
}

/** The tab with all log records of the trace. */
export function logsView(session: TraceSession): HTMLElement {
  const { logs } = session.trace;
  if (logs.length === 0) return h('p', { class: 'empty' }, t('noLogs'));
  return h(
    'div',
    { class: 'view', tabindex: '0', role: 'region', aria: { label: t('logs') } },
    logTable(session, logs.slice(0, 5_000)),
  );
}
