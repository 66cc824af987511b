import { durationText } from '../model/duration-text';
import { mcpSessions } from '../model/mcp';
import type { McpMessage, McpSession } from '../model/mcp';
import type { SpanNode } from '../model/trace-model';
import { visibleLine } from '../model/visible-text';
import { button, h } from './dom';
import { t } from './preferences';
import { valueElement } from './span-values';
import type { TraceSession } from './trace-session';

const NUMBERS: ReadonlySet<string> = new Set(['started', 'client', 'server']);

const timeOf = (node: SpanNode | undefined): string => (node === undefined ? '—' : durationText(node.end - node.start));
const recorded = (value: string | undefined): HTMLElement =>
  value === undefined ? h('span', { class: 'muted' }, t('notRecorded')) : valueElement(value);

function messageRow(session: TraceSession, message: McpMessage): HTMLElement {
  const isCall = message.method === 'tools/call' || message.method === 'prompts/get';
  return h(
    'tr',
    {},
    h('td', { class: 'number' }, `+${durationText(message.node.start)}`),
    h(
      'td',
      {},
      button(
        visibleLine(message.method, 80),
        () => {
          session.select(message.node);
          session.detailsOpen = true;
          session.setTab('waterfall');
        },
        { class: 'link' },
      ),
      message.error !== undefined && h('div', { class: 'failed' }, visibleLine(message.error, 200)),
    ),
    h('td', {}, h('bdi', {}, visibleLine(message.target ?? '', 120))),
    h('td', {}, isCall ? recorded(message.toolArguments) : ''),
    h('td', {}, isCall ? recorded(message.result) : ''),
    h('td', { class: 'number' }, timeOf(message.client)),
    h('td', { class: 'number' }, timeOf(message.server)),
  );
}

function sessionElement(session: TraceSession, { id, protocolVersion, messages }: McpSession): HTMLElement {
  const titles = ['started', 'method', 'tool', 'arguments', 'result', 'client', 'server'] as const;
  return h(
    'section',
    {},
    h(
      'h3',
      {},
      id === undefined ? t('noSession') : `${t('session')} ${visibleLine(id, 80)}`,
      protocolVersion !== undefined && h('span', { class: 'badge' }, `MCP ${visibleLine(protocolVersion, 20)}`),
    ),
    h(
      'table',
      { class: 'grid' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...titles.map((title) => h('th', { scope: 'col', class: NUMBERS.has(title) ? 'number' : '' }, t(title))),
        ),
      ),
      h('tbody', {}, ...messages.map((message) => messageRow(session, message))),
    ),
  );
}

/** The tab with the MCP sessions of the trace. `undefined` if it has none. */
export function mcpView(session: TraceSession): HTMLElement | undefined {
  const sessions = mcpSessions(session.trace);
  if (sessions.length === 0) return undefined;
  return h(
    'div',
    { class: 'view mcp', tabindex: '0', role: 'region', aria: { label: t('mcp') } },
    ...sessions.map((one) => sessionElement(session, one)),
  );
}
