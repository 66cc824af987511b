/** Longest time that one flush may run before the next is let in. */
const STUCK_AFTER = 10_000;

/** The longest wait that a timer can hold; beyond it, Node.js fires at once. */
const LONGEST = 2 ** 31 - 1;

/** Resolves when `work` settles or after `millis`, whichever comes first; says whether the work was done. Never rejects. */
export async function settledWithin(work: Promise<unknown>, millis: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, Math.min(millis, LONGEST), false);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets any number of callers share one flush at a time: who asks while one is running waits for the next, which takes along
 * all that ended meanwhile. Exporters drop what exceeds a number of exports at once, so a flush per caller loses spans.
 */
export class SharedFlush {
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  /** `work` may fail or hang; `failed` hears of it. */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly failed: () => void,
  ) {}

  /** Resolves when a flush that began after this call is over, or after `timeoutMillis`. Never rejects. */
  async flush(timeoutMillis: number): Promise<void> {
    await settledWithin(this.join(), timeoutMillis);
  }

  private join(): Promise<void> {
    // Asked first: between the end of one flush and the start of the next there is a moment when none is running.
    if (this.next !== undefined) return this.next;
    if (this.running === undefined) return this.start();
    this.next = this.running.then(() => {
      this.next = undefined;
      return this.start();
    });
    return this.next;
  }

  private start(): Promise<void> {
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    if (!(await settledWithin(this.attempt(), STUCK_AFTER))) this.failed();
  }

  private async attempt(): Promise<void> {
    try {
      await this.work();
    } catch {
      this.failed();
    }
  }
}
