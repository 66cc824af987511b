import { durationText } from '../model/duration-text';
import { PHASES } from '../model/phase';
import { hasPhases, phaseTotals } from '../model/totals';
import type { TraceModel } from '../model/trace-model';
import { h, place } from './dom';
import { t } from './preferences';

/** How the duration of a trace is divided among the phases. `undefined` if all of it is the function's. */
export function phaseBar(trace: TraceModel, longest = trace.durationNanos): HTMLElement | undefined {
  if (!hasPhases(trace)) return undefined;
  const totals = phaseTotals(trace);
  const idle = trace.durationNanos - PHASES.reduce((sum, phase) => sum + totals[phase], 0);
  const parts = [
    ...PHASES.map((phase) => ({ label: t(phase), kind: `phase-${phase}`, nanos: totals[phase] })),
    { label: t('idle'), kind: 'idle', nanos: idle },
  ].filter(({ nanos }) => nanos > 0);
  const shareOf = (nanos: number): number => (nanos / (longest || 1)) * 100;
  return h(
    'div',
    { class: 'phases', role: 'group', aria: { label: t('phases') } },
    h(
      'div',
      { class: 'phase-bar', aria: { hidden: 'true' } },
      ...parts.map(({ kind, nanos }) => {
        const part = h('i', { class: kind });
        place(part, 'width', shareOf(nanos));
        return part;
      }),
    ),
    h(
      'ul',
      {},
      ...parts.map(({ label, kind, nanos }) =>
        h(
          'li',
          {},
          h('i', { class: `dot ${kind}` }),
          `${label} `,
          h('b', {}, durationText(nanos)),
          h('span', { class: 'muted' }, ` ${Math.round((nanos / (trace.durationNanos || 1)) * 100)} %`),
        ),
      ),
    ),
  );
}
