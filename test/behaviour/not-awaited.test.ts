import 'reflect-metadata';
import { createHandler, Traced } from 'fc-traced';
import { expectTrace, fakeEvent, invoke, recordTraces } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

class Orders {
  async handle({ turns }: { turns?: number }): Promise<string> {
    void this.audit(turns);
    return 'done';
  }

  @Traced()
  async audit(turns?: number): Promise<void> {
    for (let turn = 0; turn < (turns ?? 0); turn += 1) await Promise.resolve();
    if (turns === undefined) await sleep(1);
  }
}

const { handler } = createHandler(Orders, { name: 'orders' });

test.each([1, 8])('a call that is not awaited and only waits for %i settled promises ends normally', async (turns) => {
  expect(await invoke(handler, { turns })).toBe('done');
  expectTrace(traces.only()).toMatchTree('orders\n  Orders.audit');
  expect(traces.spans().flatMap(({ events }) => events)).toEqual([]);
});

test('in an HTTP request as well', async () => {
  class Site extends Orders {
    override async handle(): Promise<string> {
      return super.handle({ turns: 8 });
    }
  }
  await invoke(createHandler(Site, { name: 'site' }).handler, fakeEvent('http'));
  expectTrace(traces.only()).toMatchTree('site\n  Orders.audit');
  expect(traces.spans().flatMap(({ events }) => events)).toEqual([]);
});

test('a call that is not awaited and waits for a timer is abandoned', async () => {
  expect(await invoke(handler, {})).toBe('done');
  const [audit] = traces.spans().filter(({ name }) => name === 'Orders.audit');
  expect(audit!.events.map(({ name }) => name)).toEqual(['fc_traced.abandoned']);
});
