import { bytesText } from '../model/duration-text';
import { button, h } from './dom';
import { numberText, t } from './preferences';
import type { SourceStats, TraceSource } from './trace-source';

/** What is stored, how much memory that needs, and what had to be removed. */
export function listFooter(shown: number, stats: SourceStats, source: TraceSource): HTMLElement {
  const limit = bytesText(stats.maxBytes);
  return h(
    'div',
    { class: 'list-footer' },
    h('span', {}, t('tracesOf', { shown: numberText(shown), count: numberText(stats.traces) })),
    source.isServer && h('span', { class: 'muted' }, t('memory', { used: bytesText(stats.bytes), limit })),
    stats.removedTraces > 0 &&
      h('span', { class: 'notice' }, t('removed', { count: numberText(stats.removedTraces), limit })),
    stats.dropped > 0 && h('span', { class: 'notice error' }, t('dropped', { count: numberText(stats.dropped) })),
    h('span', { class: 'space' }),
    source.isServer && stats.traces > 0 && button(t('clear'), () => void source.clear(), { class: 'link' }),
  );
}
