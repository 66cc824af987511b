import { createHandler, forEachRecord } from 'fc-traced';
import type { FcFunction } from 'fc-traced';
import { fakeEvent, invoke, recordTraces } from 'fc-traced/testing';
import { expectSame } from '../behaviour/expect-same';
import { runs } from '../soak';
import { mutated, mutatedBytes, randomFrom } from './mutations';
import { shapes } from './shapes';

/** Mutations of each event. `FC_TRACED_MUTATIONS=100000 npx jest test/triggers/mutations` runs the longest test. */
const ROUNDS = Number(process.env.FC_TRACED_MUTATIONS ?? runs({ short: 40, long: 300 }));
const SEED = Number(process.env.FC_TRACED_SEED ?? 13);

const traces = recordTraces();
afterAll(() => traces.stop());

let seen: unknown;
class Orders {
  handle(event: unknown): string {
    seen = event;
    return 'done';
  }
}
class PerRecord {
  async handle(event: unknown): Promise<number> {
    return (await forEachRecord(event, () => {})).count;
  }
}
const whole: FcFunction = createHandler(Orders, { http: false }).handler;
const following: FcFunction = createHandler(Orders, { http: false, parent: 'message' }).handler;
const perRecord: FcFunction = createHandler(PerRecord, { http: false }).handler;

const events: (readonly [string, unknown])[] = [
  ...shapes.map(({ title, event }) => [title, event] as const),
  ['HTTP', fakeEvent('http')],
  ['API Gateway', fakeEvent('api-gateway')],
];

test.each(events)(
  '%s: the result is that of the handler, and the event arrives unchanged, however it is mutated',
  async (_, event) => {
    const random = randomFrom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const changed = event instanceof Uint8Array ? mutatedBytes(event, random) : mutated(event, random);
      expectSame(await invoke(whole, changed), 'done');
      if (!(event instanceof Uint8Array)) expectSame(seen, JSON.parse(JSON.stringify(changed)));
      expectSame(await invoke(following, changed), 'done');
      expectSame(((await invoke(perRecord, changed)) as number) >= 0, true);
      expectSame(
        traces.spans().filter(({ status }) => status.code === 'ERROR'),
        [],
      );
      traces.clear();
    }
  },
  600_000,
);
