import { durationHistogram } from '../model/duration-histogram';
import { durationText } from '../model/duration-text';
import type { TraceSummary } from '../model/summary';
import { button, h } from './dom';
import { numberText, t } from './preferences';

/** A range of durations: at least `from` and less than `to` nanoseconds. */
export interface DurationRange {
  readonly from: number;
  readonly to: number;
}

/** The durations of traces as bars. A bar is a button that shows only its traces, or all again. */
export function histogramView(
  traces: readonly TraceSummary[],
  range: DurationRange | undefined,
  onSelect: (range: DurationRange | undefined) => void,
): HTMLElement {
  const bars = durationHistogram(traces);
  const highest = bars.reduce((most, { count }) => Math.max(most, count), 1);
  const columns = bars.map(({ from, to, count, errors }) => {
    const selected = range?.from === from && range.to === to;
    const label = `${durationText(Math.round(from))} – ${durationText(Math.round(to))}: ${numberText(count)}`;
    const good = h('i', { class: 'good' });
    const bad = h('i', { class: 'bad' });
    good.style.height = `${((count - errors) / highest) * 100}%`;
    bad.style.height = `${(errors / highest) * 100}%`;
    return button(
      '',
      () => onSelect(selected ? undefined : { from, to }),
      { class: 'column', title: label, disabled: count === 0, aria: { label, pressed: String(selected) } },
      bad,
      good,
    );
  });
  const [first, last] = [bars[0], bars.at(-1)];
  return h(
    'div',
    { class: 'histogram', role: 'group', aria: { label: t('durations') } },
    h('div', { class: 'columns' }, ...columns),
    h(
      'div',
      { class: 'scale', aria: { hidden: 'true' } },
      h('span', {}, first === undefined ? '' : durationText(Math.round(first.from))),
      h('span', {}, t('durations')),
      h('span', {}, last === undefined ? '' : durationText(Math.round(last.to))),
    ),
  );
}
