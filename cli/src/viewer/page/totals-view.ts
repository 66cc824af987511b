import { durationText } from '../model/duration-text';
import { totalsByName } from '../model/totals';
import type { NameTotals } from '../model/totals';
import { visibleLine } from '../model/visible-text';
import { button, fill, h, place } from './dom';
import { numberText, t } from './preferences';
import type { TextKey } from './preferences';
import { colorClass } from './span-color';
import type { TraceSession } from './trace-session';

const COLUMNS = ['count', 'errors', 'totalNanos', 'selfNanos', 'criticalNanos', 'medianNanos', 'maxNanos'] as const;
type Column = (typeof COLUMNS)[number];

const TITLES: Readonly<Record<Column, TextKey>> = {
  count: 'count',
  errors: 'errors',
  totalNanos: 'totalTime',
  selfNanos: 'selfTime',
  criticalNanos: 'onCritical',
  medianNanos: 'median',
  maxNanos: 'longest',
};
// More rows are of no use to a reader.
const MAX_ROWS = 500;

function cell(totals: NameTotals, column: Column, longest: number): HTMLElement {
  const value = totals[column];
  const isCount = column === 'count' || column === 'errors';
  const text = isCount ? (value === 0 && column === 'errors' ? '' : numberText(value)) : durationText(value);
  const element = h('td', { class: `number ${column === 'errors' && value > 0 ? 'failed' : ''}` }, h('span', {}, text));
  if (column === 'selfNanos' || column === 'criticalNanos') {
    const bar = h('i', { class: `share phase-${totals.phase}` });
    place(bar, 'width', (value / (longest || 1)) * 100);
    element.append(bar);
  }
  return element;
}

/** The tab with the sums by name. A click on a column sorts by it. */
export function totalsView(session: TraceSession): HTMLElement {
  const all = totalsByName(session.trace);
  const body = h('tbody');
  const head = h('tr');
  const select = (totals: NameTotals): void => {
    session.select(totals.nodes[0]);
    session.setTab('waterfall');
  };
  const render = (sortedBy: Column): void => {
    const rows = [...all].sort((a, b) => b[sortedBy] - a[sortedBy]).slice(0, MAX_ROWS);
    fill(
      head,
      h('th', { scope: 'col' }, t('name')),
      ...COLUMNS.map((column) =>
        h(
          'th',
          { scope: 'col', class: 'number', aria: { sort: column === sortedBy ? 'descending' : 'none' } },
          button(t(TITLES[column]) + (column === sortedBy ? ' ↓' : ''), () => render(column), { class: 'link' }),
        ),
      ),
    );
    const longest = (column: Column): number => rows.reduce((most, totals) => Math.max(most, totals[column]), 0);
    const most = Object.fromEntries(COLUMNS.map((column) => [column, longest(column)]));
    fill(
      body,
      ...rows.map((totals) =>
        h(
          'tr',
          {},
          h(
            'td',
            {},
            h('i', { class: `dot ${colorClass(totals.nodes[0]!, session.colorByService)}` }),
            button('', () => select(totals), { class: 'link' }, h('bdi', {}, visibleLine(totals.name, 120) || '—')),
            h('bdi', { class: 'service' }, visibleLine(totals.service, 60)),
          ),
          ...COLUMNS.map((column) => cell(totals, column, most[column] ?? 0)),
        ),
      ),
    );
  };
  render('selfNanos');
  return h(
    'div',
    { class: 'view', tabindex: '0', role: 'region', aria: { label: t('totals') } },
    h('table', { class: 'grid' }, h('thead', {}, head), body),
  );
}
