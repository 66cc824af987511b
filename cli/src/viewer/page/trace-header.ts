import { durationText } from '../model/duration-text';
import { serviceOf } from '../model/summary';
import { visibleLine } from '../model/visible-text';
import { button, h } from './dom';
import type { Child } from './dom';
import { exportMenu } from './export-menu';
import { phaseBar } from './phase-bar';
import { numberText, t, timeText } from './preferences';
import type { TraceSession } from './trace-session';

function fact(label: string, value: string): HTMLElement {
  return h('div', {}, h('dt', {}, label), h('dd', {}, value));
}

/** The head of a trace: its name, its numbers, and where its time went. */
export function traceHeader(session: TraceSession, isServer: boolean, onMark: () => void): HTMLElement {
  const { trace } = session;
  const root = trace.roots.find(({ orphan }) => !orphan) ?? trace.roots[0];
  // FC's own spans have the same names in each trace; the function's says which one it is.
  const own = trace.nodes.find(({ phase }) => phase === 'function') ?? root;
  const errors = trace.nodes.filter(({ error }) => error).length;
  const late = trace.nodes.filter(({ span }) => span.arrivedAfterThaw === true).length;
  const cut = trace.nodes.filter(({ cutOff }) => cutOff).length;
  const services = new Set(trace.nodes.map(({ span }) => serviceOf(span)).filter((name) => name !== ''));
  const badges: Child[] = [
    trace.nodes.some(({ phase }) => phase === 'coldStart') && h('span', { class: 'badge cold' }, t('coldStart')),
    errors > 0 &&
      button(
        errors === 1 ? t('oneError') : t('errorCount', { count: numberText(errors) }),
        () => session.selectNext(1, ({ error }) => error),
        { class: 'badge error', title: `${t('nextError')} (e)` },
      ),
    late > 0 &&
      h('span', { class: 'badge thaw', title: t('arrivedAfterThawHelp') }, `${late} ${t('arrivedAfterThaw')}`),
    cut > 0 && h('span', { class: 'badge cut', title: t('cutOffHelp') }, `${cut} ${t('cutOff')}`),
  ];
  return h(
    'header',
    { class: 'trace-header' },
    h(
      'div',
      { class: 'title' },
      h('h1', {}, h('bdi', {}, visibleLine(own?.span.name ?? '', 120) || '—')),
      h('bdi', { class: 'service' }, visibleLine(own === undefined ? '' : serviceOf(own.span), 60)),
      ...badges,
      h('span', { class: 'space' }),
      button(t('compare'), onMark, { title: `${t('markForCompare')} (x)` }),
      exportMenu(trace, isServer),
    ),
    h(
      'dl',
      { class: 'numbers' },
      fact(t('duration'), durationText(trace.durationNanos)),
      fact(t('spans'), numberText(trace.nodes.length)),
      fact(t('services'), numberText(services.size)),
      fact(`${t('started')}, ${t('localTime')}`, timeText(trace.startNanos, true)),
    ),
    phaseBar(trace),
  );
}
