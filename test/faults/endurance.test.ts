import { runs } from '../soak';
import { FAULTS } from './faults';
import { startFaultyCollector } from './faulty-collector';
import { ProgramProcess } from './program-process';
import type { Stats } from './program-process';

const CALLS = runs({ short: 300, long: 5_000, full: 100_000 });
const AT_ONCE = 10;
const WARM_UP = 400;
/** So few that the queue is full after the warm-up. */
const QUEUE_SPANS = 1_000;
/** What the heap may grow by: compiled code, and garbage that is not collected yet. */
const MOST_BYTES = 3_000_000;

interface Use {
  readonly heapBytes: number;
  readonly sockets: number;
  readonly stats: Stats;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

const FAULT_NAMES = [
  'refuses connections',
  'accepts connections and never responds',
  'resets connections every other 100 ms',
];
const cases = (['jaeger', 'otlp'] as const)
  .flatMap((protocol) => FAULT_NAMES.map((name) => ({ protocol, name })))
  // In `npm test` one fault for each protocol.
  .filter((_, index) => CALLS > 300 || index === 0 || index === 5);

test.each(cases)(
  `${CALLS} calls over $protocol while the collector $name: heap and sockets do not grow`,
  async ({ protocol, name }) => {
    const collector = await startFaultyCollector();
    const program = new ProgramProcess();
    const endpoint = collector.endpoint(protocol);
    const options = { endpoint, queueLimitSpans: QUEUE_SPANS, flushTimeoutMillis: 200, exportTimeoutMillis: 10_000 };
    await program.run('open', { options });
    await program.run('call', { count: 1, atOnce: 1 });
    await collector.fail(FAULTS[name]!, 1_000);
    const before = await program.run<Use>('endure', { count: WARM_UP, atOnce: AT_ONCE });
    const after = await program.run<Use>('endure', { count: CALLS, atOnce: AT_ONCE });
    program.stop();
    const { open } = collector.counts;
    collector.close();
    const growth = after.heapBytes - before.heapBytes;
    if (CALLS === 100_000) {
      const heap = `heap ${mebibytes(before.heapBytes)} to ${mebibytes(after.heapBytes)} MiB`;
      console.log(`${protocol}, ${name}: ${heap}, ${after.sockets} sockets, ${JSON.stringify(after.stats)}`);
    }
    expect(growth).toBeLessThan(MOST_BYTES);
    expect(Math.max(after.sockets, open)).toBeLessThanOrEqual(10);
    const { made, acknowledged, waiting, dropped } = after.stats;
    expect(made).toBe((1 + WARM_UP + CALLS) * 3);
    // A local root is never dropped, so that a full queue may have a few more.
    expect(waiting).toBeLessThanOrEqual(QUEUE_SPANS * 1.05);
    expect(dropped).toEqual({ ...dropped, queueFull: made - acknowledged - waiting });
    // A request may be in progress.
    const stored = collector.ledger.stored().length;
    expect([stored >= acknowledged, stored <= acknowledged + waiting]).toEqual([true, true]);
  },
  900_000,
);
