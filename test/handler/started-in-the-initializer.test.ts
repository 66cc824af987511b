import { createHandler, Handler, Service, Traced } from 'fc-traced';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import { singleton } from 'tsyringe';
import { renderTrace } from '../../src/testing/trace-tree';

const traces = recordTraces();
afterAll(() => traces.stop());

@singleton()
@Service()
class Rates {
  readonly refreshed: Promise<void>;

  constructor() {
    this.load();
    // Like a singleton that refreshes itself in the background.
    this.refreshed = new Promise((resolve) => setTimeout(() => resolve(this.refresh()), 10));
    started = this.refreshed;
  }

  @Traced()
  load(): void {}

  @Traced({ root: true })
  async refresh(): Promise<void> {
    await this.fetch();
  }

  @Traced()
  async fetch(): Promise<void> {}
}

let started: Promise<void> | undefined;

@Handler()
class Shop {
  constructor(readonly rates: Rates) {}

  handle(): void {}
}

test('calls in the initializer are not recorded; work that continues after it is recorded outside of invocations', async () => {
  await createHandler(Shop).initialize(fakeFcContext());
  expect(traces.spans()).toEqual([]);
  await started;
  expect(traces.traces().map((trace) => renderTrace(trace))).toEqual(['Rates.refresh\n└─ Rates.fetch']);
});
