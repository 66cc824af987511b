import 'reflect-metadata';
import { createHandler, Handler, Service, Traced } from 'fc-traced';
import type { TimerEvent } from 'fc-traced';

const HOUR = 3_600_000;

/** The carts of a shop, by the time of their last change. A program would keep them in a database. */
@Service({ scope: 'singleton' })
class Carts {
  readonly #changed = new Map([
    ['teapots', [Date.parse('2026-11-01T20:00:00Z'), Date.parse('2026-11-02T01:30:00Z')]],
    ['cups', [Date.parse('2026-10-30T09:00:00Z')]],
  ]);

  @Traced({ kind: 'client', resultAttributes: (removed) => ({ 'carts.removed': removed }) })
  async removeOlderThan(shop: string, hours: number, now: number): Promise<number> {
    const changed = this.#changed.get(shop);
    if (changed === undefined) throw new Error(`there is no shop ${shop}`);
    const kept = changed.filter((time) => now - time < hours * HOUR);
    this.#changed.set(shop, kept);
    return changed.length - kept.length;
  }
}

@Handler({ trigger: 'timer' })
class CleanUp {
  constructor(private readonly carts: Carts) {}

  async handle({ payload, triggerTime }: TimerEvent): Promise<{ removed: number }> {
    const { shops, hours } = JSON.parse(payload) as { shops: string[]; hours: number };
    let removed = 0;
    for (const shop of shops) removed += await this.carts.removeOlderThan(shop, hours, Date.parse(triggerTime));
    return { removed };
  }
}

export const { handler, initialize, preStop } = createHandler(CleanUp);
