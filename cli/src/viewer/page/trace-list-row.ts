import { durationText } from '../model/duration-text';
import type { TraceSummary } from '../model/summary';
import { visibleLine } from '../model/visible-text';
import { h, place } from './dom';
import { numberText, t, timeText } from './preferences';
import { hashOf } from './routes';

/** Where a row is and what it looks like. */
export interface ListRow {
  readonly trace: TraceSummary;
  readonly selected: boolean;
  readonly marked: boolean;
  readonly longestNanos: number;
  onMark(): void;
}

/** A row of the list of traces. */
export function traceListRow({ trace, selected, marked, longestNanos, onMark }: ListRow): HTMLElement {
  const bar = h('i', { class: `share ${trace.errors > 0 ? 'failed' : ''}` });
  place(bar, 'width', (trace.durationNanos / (longestNanos || 1)) * 100);
  const others = trace.services.filter((service) => service !== trace.service && service !== 'fc.platform');
  return h(
    'tr',
    {
      class: selected ? 'selected' : '',
      data: { trace: trace.traceId },
      aria: { current: selected ? 'true' : undefined },
    },
    h(
      'td',
      { class: 'mark' },
      h('input', { type: 'checkbox', checked: marked, aria: { label: t('markForCompare') }, on: { change: onMark } }),
    ),
    h('td', { class: 'number start' }, timeText(BigInt(trace.startNanos))),
    h(
      'td',
      { class: 'trace-name' },
      h(
        'a',
        { href: hashOf({ page: 'trace', traceId: trace.traceId }) },
        h('bdi', {}, visibleLine(trace.name, 120) || '—'),
      ),
      h('bdi', { class: 'service' }, visibleLine([trace.service, ...others].filter(Boolean).join(', '), 80)),
      trace.trigger !== undefined &&
        trace.trigger !== 'other' &&
        h('span', { class: 'badge' }, visibleLine(trace.trigger, 20)),
      trace.coldStart && h('span', { class: 'badge cold' }, t('coldStart')),
      trace.arrivedAfterThaw > 0 && h('span', { class: 'badge thaw' }, t('arrivedAfterThaw')),
    ),
    h('td', { class: 'number duration-cell' }, h('span', {}, durationText(trace.durationNanos)), bar),
    h('td', { class: 'number spans' }, numberText(trace.spans)),
    h(
      'td',
      { class: 'number errors' },
      trace.errors > 0 && h('span', { class: 'badge error' }, numberText(trace.errors)),
    ),
  );
}
