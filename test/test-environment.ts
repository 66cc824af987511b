// The environment of Jest for Node.js, which cancels the timers of a test file at its end. A delivery that could not send
// its spans tries again for minutes. In the next test files, that would be another one's endpoint if the system uses the
// port again.
import NodeEnvironment from 'jest-environment-node';

type Callback = (...args: unknown[]) => unknown;
type Start = (callback: Callback, millis?: number, ...args: unknown[]) => NodeJS.Timeout;

export default class TestEnvironment extends NodeEnvironment {
  private readonly timers = new Set<NodeJS.Timeout>();
  private hasEnded = false;

  constructor(...settings: ConstructorParameters<typeof NodeEnvironment>) {
    super(...settings);
    this.track('setTimeout');
    this.track('setInterval');
  }

  override async teardown(): Promise<void> {
    this.hasEnded = true;
    for (const timer of this.timers) clearTimeout(timer);
    await super.teardown();
  }

  private track(name: 'setTimeout' | 'setInterval'): void {
    const { timers } = this;
    const start = this.global[name] as unknown as Start;
    const tracked: Start = (callback, millis, ...args) => {
      if (typeof callback !== 'function') return start(callback, millis, ...args);
      const timer = start(
        function run(this: unknown, ...given) {
          if (name === 'setTimeout') timers.delete(timer);
          return Reflect.apply(callback, this, given);
        },
        millis,
        ...args,
      );
      timers.add(timer);
      if (this.hasEnded) clearTimeout(timer);
      return timer;
    };
    Object.defineProperties(tracked, Object.getOwnPropertyDescriptors(start));
    this.global[name] = tracked as never;
  }
}
