import { h } from './dom';
import { t } from './preferences';

/** What the list shows before the first trace: where to send them. */
export function emptyList(isServer: boolean): HTMLElement {
  if (!isServer) return h('div', { class: 'empty' }, h('p', {}, t('noResults')));
  const { origin } = location;
  const lines = [
    `OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
    `OTEL_EXPORTER_JAEGER_ENDPOINT=${origin}/api/traces`,
    `npx fc-traced run index.js`,
  ];
  return h(
    'div',
    { class: 'empty' },
    h('h2', {}, t('waiting')),
    h('p', {}, t('waitingHelp')),
    h('pre', { tabindex: '0' }, lines.join('\n')),
  );
}
