import { readFileSync } from 'node:fs';

const INTERVAL_MILLIS = 50;
const PAGE_BYTES = 4096;

function residentMegabytes(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ', 2)[1]);
    return (pages * PAGE_BYTES) / (1024 * 1024);
  } catch {
    // The process has exited, or the operating system has no /proc.
    return 0;
  }
}

/** Measures the memory of a process during a call. Linux only: elsewhere, only V8's own limit applies. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  #maxMegabytes = 0;

  /** Calls `onExceeded` once if the process has more than `limit` megabytes. */
  constructor(pid: number, limit: number, onExceeded: () => void) {
    let exceeded = false;
    const measure = (): void => {
      const megabytes = residentMegabytes(pid);
      this.#maxMegabytes = Math.max(this.#maxMegabytes, megabytes);
      if (megabytes <= limit || exceeded) return;
      exceeded = true;
      onExceeded();
    };
    this.#timer = setInterval(measure, INTERVAL_MILLIS);
    measure();
  }

  /** The most memory that was measured, in whole megabytes. */
  get maxMegabytes(): number {
    return Math.round(this.#maxMegabytes);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
