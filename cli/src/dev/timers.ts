import { Cron } from 'croner';
import type { Cleanup } from '../cleanup';
import type { TriggerSpec } from '../functions/function-spec';
import type { DevFunction } from './dev-function';

const EVERY = /^@every\s+(\d+)\s*([mh])$/;
const MINUTE_MILLIS = 60_000;

/** The event of a timer, as FC passes it. */
export function timerEvent({ name, config }: TriggerSpec, now = new Date()): object {
  const { payload } = config;
  return {
    triggerTime: now.toISOString().replace(/\.\d+/, ''),
    triggerName: name,
    payload: typeof payload === 'string' ? payload : '',
  };
}

/** The timers of a function. */
export function timersOf({ spec }: DevFunction): TriggerSpec[] {
  return spec.triggers.filter(({ type }) => type === 'timer');
}

/**
 * Calls a function at the times of its timers, in UTC as FC does. Returns what is wrong with their expressions. Timers
 * with `enable: false` do not fire.
 */
export function startTimers(target: DevFunction, cleanup: Cleanup): string[] {
  const problems: string[] = [];
  for (const timer of timersOf(target)) {
    const { cronExpression, enable } = timer.config;
    if (enable === false) continue;
    const fire = (): void => void target.invoke(timerEvent(timer));
    const expression = String(cronExpression).trim();
    const [, count, unit] = EVERY.exec(expression) ?? [];
    if (count !== undefined) {
      const interval = setInterval(fire, Number(count) * MINUTE_MILLIS * (unit === 'h' ? 60 : 1));
      cleanup.defer(() => clearInterval(interval));
      continue;
    }
    try {
      // FC's expressions start with the seconds and may name a time zone.
      const [, zone = 'UTC', fields] = /^(?:CRON_TZ=(\S+)\s+)?(.*)$/.exec(expression)!;
      const cron = new Cron(fields!, { timezone: zone }, fire);
      cleanup.defer(() => cron.stop());
    } catch (error) {
      problems.push(`${target.name}: the timer ${timer.name} has a wrong cronExpression: ${(error as Error).message}`);
    }
  }
  return problems;
}
