import type { Protocol } from './exchange';
import type { Fault } from './fault';
import { startFaultyCollector } from './faulty-collector';
import type { ProgramProcess, Seen, Stats } from './program-process';

/** One cell of the matrix: a fault, and how the program is called while it lasts. */
export interface Cell {
  readonly fault: Fault;
  readonly protocol: Protocol;
  readonly calls: number;
  readonly atOnce: number;
  readonly flushTimeoutMillis: number;
  readonly exportTimeoutMillis: number;
  /** How much longer than the budget answers may wait: what the machine takes. */
  readonly slackMillis: number;
}

/** What happened in a cell. */
export interface CellResult {
  readonly during: Seen;
  /** After the recovery, until no span waits. */
  readonly after: Seen;
  /** The changes of the program's counts from the start to the end. */
  readonly stats: Stats;
  /** The number of spans that the program made. */
  readonly made: number;
  /** The number of spans that the collector stored, and that it stored more than once. */
  readonly stored: number;
  readonly storedTwice: number;
  readonly requests: number;
  readonly openConnections: number;
}

/** How long spans may wait for delivery after the recovery. */
const SETTLE_MILLIS = 20_000;

/** Runs a cell: healthy calls, the calls during the fault, the recovery, and calls until no span waits. */
export async function runCell(program: ProgramProcess, cell: Cell): Promise<CellResult> {
  const { fault, protocol, calls, atOnce, flushTimeoutMillis, exportTimeoutMillis } = cell;
  const collector = await startFaultyCollector();
  try {
    const endpoint = collector.endpoint(protocol, fault);
    const options = { endpoint, flushTimeoutMillis, exportTimeoutMillis };
    const start = await program.run<Stats>('open', { options });
    const isRecoverable = fault.endpoint === undefined;
    const healthy = isRecoverable ? await program.run<Seen>('call', { count: 2, atOnce: 1 }) : undefined;
    await collector.fail(fault, exportTimeoutMillis);
    const during = await program.run<Seen>('call', { count: calls, atOnce });
    const { open, requests } = collector.counts;
    // Requests that hang would have to time out first.
    await collector.recover(isOneOutage(fault) && exportTimeoutMillis > 1_000);
    const after = await program.run<Seen>('settle', { millis: isRecoverable ? SETTLE_MILLIS : 0 });
    return {
      during,
      after,
      stats: difference(after.stats, start),
      made: (healthy?.made ?? 0) + during.made + after.made,
      stored: collector.ledger.stored().length,
      storedTwice: collector.ledger.storedTwice().length,
      requests,
      openConnections: open,
    };
  } finally {
    collector.close();
  }
}

/** Whether nothing is accepted while the fault lasts. */
function isOneOutage({ spans, isIntermittent }: Fault): boolean {
  return (spans === 'retryable' || spans === 'refused') && isIntermittent !== true;
}

function difference(end: Stats, start: Stats): Stats {
  return {
    made: end.made - start.made,
    sent: end.sent - start.sent,
    acknowledged: end.acknowledged - start.acknowledged,
    dropped: Object.fromEntries(
      Object.entries(end.dropped)
        .map(([reason, count]) => [reason, count - (start.dropped[reason] ?? 0)] as const)
        .filter(([, count]) => count !== 0),
    ),
    waiting: end.waiting - start.waiting,
    waitedMillis: end.waitedMillis - start.waitedMillis,
  };
}

/** Returns a sentence for each promise that was broken in a cell. */
export function brokenPromises(cell: Cell, result: CellResult): string[] {
  return [...brokenForCallers(cell, result), ...brokenForSpans(cell.fault, result)];
}

function brokenForCallers(cell: Cell, { during, after, openConnections }: CellResult): string[] {
  const { fault, atOnce, flushTimeoutMillis, slackMillis } = cell;
  const most = flushTimeoutMillis + slackMillis;
  const wrong = during.wrong + after.wrong;
  const longest = Math.round(Math.max(during.longestWaitMillis, after.longestWaitMillis));
  const waited = Math.round(during.waitedMillis);
  const median = Math.round(during.medianWaitMillis);
  const sockets = Math.max(during.sockets, after.sockets, openConnections);
  const isOutage = isOneOutage(fault);
  return [
    wrong > 0 && `${wrong} answers changed`,
    longest > most && `an answer waited ${longest} ms`,
    isOutage && waited > most && `answers waited ${waited} ms`,
    !isOutage && median > most / 2 && `half of the answers waited ${median} ms`,
    sockets > 16 + atOnce && `${sockets} sockets were open`,
  ].filter((sentence) => sentence !== false);
}

function brokenForSpans(fault: Fault, { stats, made, stored, storedTwice }: CellResult): string[] {
  const { acknowledged, waiting } = stats;
  const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
  const isRecoverable = fault.endpoint === undefined;
  const isLossless = fault.spans === 'accepted' || fault.spans === 'retryable';
  const arrivals = fault.losesAcknowledgements
    ? [
        stored < acknowledged && `${stored} arrived, ${acknowledged} are reported`,
        made - stored > dropped + waiting && `${made - stored} did not arrive, ${dropped} are reported`,
      ]
    : [
        stored !== acknowledged && `${stored} arrived, ${acknowledged} are reported`,
        storedTwice > 0 && `${storedTwice} spans arrived twice`,
      ];
  return [
    stats.made !== made && `${made} spans were made, ${stats.made} are reported`,
    acknowledged + dropped + waiting !== made &&
      `${made} made, but ${acknowledged} acknowledged + ${dropped} dropped + ${waiting} waiting`,
    isRecoverable && waiting > 0 && `${waiting} spans still wait after the recovery`,
    isLossless && dropped > 0 && `${dropped} spans were lost: ${JSON.stringify(stats.dropped)}`,
    ...arrivals,
  ].filter((sentence) => sentence !== false);
}
