// A clock of its own for simulated instances. Timers that their code sets fire in virtual time. While an instance is
// frozen, nothing of it runs: its timers fire and its responses arrive when it resumes.
const realSetImmediate = setImmediate;
/** Resolves when all promise reactions have run. */
const settled = () => new Promise((resolve) => realSetImmediate(resolve));

/** A binary heap of events by time. */
class EventQueue {
  #heap = [];

  push(event) {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    for (; index > 0;) {
      const parent = (index - 1) >> 1;
      if (heap[parent].at <= event.at) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = event;
  }

  pop() {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].at < heap[child].at) child += 1;
      if (heap[child].at >= last.at) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  }

  get size() {
    return this.#heap.length;
  }
}

export class VirtualTime {
  now = 0;
  #events = new EventQueue();
  /** The instance whose code runs. */
  #current;

  /** Replaces the timers and the clock of this process. */
  install() {
    const time = this;
    performance.now = () => time.now;
    class Timer {
      isCancelled = false;
      unref() {
        return this;
      }
      ref() {
        return this;
      }
    }
    globalThis.setTimeout = (work, millis = 0, ...args) => {
      const timer = new Timer();
      time.at(time.now + Math.max(1, millis), time.#current, () => {
        if (!timer.isCancelled) work(...args);
      });
      return timer;
    };
    globalThis.setInterval = (work, millis) => {
      const timer = new Timer();
      const repeat = () => {
        if (timer.isCancelled) return;
        time.at(time.now + Math.max(1, millis), time.#current, repeat);
        work();
      };
      time.at(time.now + Math.max(1, millis), time.#current, repeat);
      return timer;
    };
    globalThis.clearTimeout = (timer) => {
      if (timer !== undefined) timer.isCancelled = true;
    };
    globalThis.clearInterval = globalThis.clearTimeout;
  }

  /** Runs `work` of an instance at a time, or when the instance resumes. `wakes`: the work is what resumes it. */
  at(at, instance, work, wakes = false) {
    this.#events.push({ at, instance, work, wakes });
  }

  /** Runs all events until a time. */
  async runUntil(end) {
    while (this.#events.size > 0) {
      const event = this.#events.pop();
      if (event.at > end) {
        this.#events.push(event);
        break;
      }
      this.now = event.at;
      const { instance } = event;
      if (event.wakes) {
        instance.isFrozen = false;
        const late = instance.whileFrozen;
        instance.whileFrozen = [];
        for (const { work } of late) await this.#run(instance, work);
      }
      if (instance.isFrozen) instance.whileFrozen.push(event);
      else await this.#run(instance, event.work);
    }
    this.now = end;
  }

  async #run(instance, work) {
    this.#current = instance;
    work();
    await settled();
  }
}
