import { setTimeout as sleep } from 'node:timers/promises';
import { runs } from '../soak';
import { startFaultyCollector } from './faulty-collector';
import type { Protocol } from './exchange';
import { ProgramProcess } from './program-process';
import type { Seen, Stats } from './program-process';

const FREEZES = runs({ short: 12, long: 200, full: 1_000 });
const PROGRAMS = runs({ short: 1, long: 4 });
/** Longer than what an export takes on a busy machine. */
const TIMEOUT_MILLIS = 1_500;
/** Some freezes end shortly after the export timeout. */
const LONG_SHARE = 0.05;

interface Cycles {
  readonly late: number;
  readonly wrong: number;
  readonly made: number;
  readonly stored: number;
  readonly storedTwice: number;
  readonly stats: Stats;
}

/** Makes calls, and freezes the program at a random moment of each. */
async function freezeOften(protocol: Protocol, count: number): Promise<Cycles> {
  const collector = await startFaultyCollector();
  const program = new ProgramProcess();
  const { ledger } = collector;
  const endpoint = collector.endpoint(protocol);
  const options = { endpoint, exportTimeoutMillis: TIMEOUT_MILLIS, flushTimeoutMillis: TIMEOUT_MILLIS };
  await program.run('open', { options });
  // The first call loads the SDK.
  let { made, stats, wrong } = await program.run<Seen>('call', { count: 1, atOnce: 1 });
  let late = 0;
  for (let n = 0; n < count; n += 1) {
    const call = program.run<Seen>('call', { count: 1, atOnce: 1 }).then((seen) => {
      made += seen.made;
      wrong += seen.wrong;
      ({ stats } = seen);
      // The collector runs here, so it has seen what was acknowledged before the answer.
      if (ledger.stored().length < made) late += 1;
    });
    await sleep(Math.random() * 6);
    program.freeze();
    await sleep(Math.random() < LONG_SHARE ? TIMEOUT_MILLIS + Math.random() * 100 : Math.random() * 20);
    program.resume();
    await call;
  }
  program.stop();
  collector.close();
  return { late, wrong, made, stored: ledger.stored().length, storedTwice: ledger.storedTwice().length, stats };
}

// Windows has no signal that stops a process.
(process.platform === 'win32' ? describe.skip : describe).each(['jaeger', 'otlp'] as const)('over %s', (protocol) => {
  test(`${FREEZES} freezes at random moments: no span is late, lost, or sent twice`, async () => {
    const each = FREEZES / PROGRAMS;
    const all = await Promise.all(Array.from({ length: PROGRAMS }, () => freezeOften(protocol, each)));
    const sum = (value: (cycles: Cycles) => number): number => all.reduce((total, cycles) => total + value(cycles), 0);
    const made = sum((cycles) => cycles.made);
    expect(made).toBe((FREEZES + PROGRAMS) * 3);
    expect({
      late: sum(({ late }) => late),
      wrong: sum(({ wrong }) => wrong),
      stored: sum(({ stored }) => stored),
      storedTwice: sum(({ storedTwice }) => storedTwice),
    }).toEqual({ late: 0, wrong: 0, stored: made, storedTwice: 0 });
    expect(all.map(({ stats }) => [stats.acknowledged, stats.waiting])).toEqual(all.map((one) => [one.made, 0]));
  }, 600_000);
});
