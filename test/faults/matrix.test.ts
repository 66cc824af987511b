import { runs } from '../soak';
import { brokenPromises, runCell } from './cell';
import type { Cell, CellResult } from './cell';
import type { Protocol } from './exchange';
import type { Fault } from './fault';
import { FAULTS } from './faults';
import { ProgramProcess } from './program-process';

const CALLS = runs({ short: 20, long: 200, full: 2_000 });
const AT_ONCE = 50;
const FLUSH_MILLIS = runs({ short: 500, long: 500, full: 1_000 });
/** What busy machines add. */
const SLACK_MILLIS = runs({ short: 800, long: 300, full: 50 });
/** The default, which busy machines exceed, and one far above the budget of answers. */
const EXPORT_TIMEOUTS = CALLS === 2_000 ? [1_000, 10_000] : [10_000];
/** The programs that run at a time. Most of a cell is waiting. */
const PROGRAMS = runs({ short: 6, long: 6, full: 3 });
const isShort = CALLS === 20;

interface NamedCell extends Cell {
  readonly title: string;
}

function cellsOf(name: string, fault: Fault, index: number): NamedCell[] {
  const all = (['jaeger', 'otlp'] as const).flatMap((protocol: Protocol) =>
    [1, AT_ONCE].flatMap((atOnce) =>
      EXPORT_TIMEOUTS.map((exportTimeoutMillis): NamedCell => ({
        title: `a collector that ${name}: ${protocol}, ${atOnce} at once, export timeout ${exportTimeoutMillis} ms`,
        fault,
        protocol,
        calls: CALLS,
        atOnce,
        flushTimeoutMillis: FLUSH_MILLIS,
        exportTimeoutMillis,
        slackMillis: SLACK_MILLIS,
      })),
    ),
  );
  if (CALLS === 2_000) return all;
  // Each fault with one protocol, or with both, and each protocol with each kind of fault.
  if (!isShort) return index % 2 === 0 ? [all[0]!, all[3]!] : [all[1]!, all[2]!];
  return [all[index % all.length]!];
}

const cells = Object.entries(FAULTS).flatMap(([name, fault], index) => cellsOf(name, fault, index));
const results = new Map<string, CellResult>();

/** Runs all cells. Each program runs one at a time; one whose endpoint never recovers keeps spans, so it ends. */
async function runAll(): Promise<void> {
  const left = [...cells];
  const work = async (): Promise<void> => {
    let program = new ProgramProcess();
    for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
      results.set(cell.title, await runCell(program, cell));
      if (cell.fault.endpoint === undefined) continue;
      program.stop();
      program = new ProgramProcess();
    }
    program.stop();
  };
  await Promise.all(Array.from({ length: PROGRAMS }, work));
}

beforeAll(runAll, 3_600_000);

test.each(cells)(`$title, ${CALLS} calls`, (cell) => {
  expect(brokenPromises(cell, results.get(cell.title)!)).toEqual([]);
});
