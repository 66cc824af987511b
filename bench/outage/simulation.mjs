// Many instances of a function that send their spans to one collector, which is down for some time. The delivery is the
// real one; clock, timers and network are simulated.
import { loadDelivery } from './load-delivery.mjs';
import { VirtualTime } from './virtual-time.mjs';

const { Delivery, deliveryCounts } = loadDelivery();

const CALL_EVERY_MILLIS = 1_000;
const CALL_MILLIS = 50;
const RESPONSE_MILLIS = 5;
const BUDGET_MILLIS = 1_000;
const SPAN_BYTES = 400;

/** How a collector that is down behaves: the verdict of a request, and when it comes. */
export const OUTAGES = {
  'refuses connections': { afterMillis: 1, verdict: { reason: 'ECONNREFUSED' } },
  'never responds': { afterMillis: 1_000, verdict: { reason: 'no answer within 1000 ms', timedOut: true } },
  'responds with 503': { afterMillis: RESPONSE_MILLIS, verdict: { reason: '503' } },
  'responds with 503 and Retry-After: 10': {
    afterMillis: RESPONSE_MILLIS,
    verdict: { reason: '503', retryAfterMillis: 10_000 },
  },
};

const span = (isRoot) => ({
  name: 'step',
  attributes: {},
  spanContext: () => ({ traceFlags: 1 }),
  parentSpanContext: { isRemote: isRoot },
});
const ROOT = span(true);
const STEP = span(false);

/** An instance: it gets one call a second, at its own moment, and is frozen between calls if `freezes`. */
class Instance {
  isFrozen = false;
  whileFrozen = [];

  constructor(simulation, queueLimitSpans) {
    this.simulation = simulation;
    this.delivery = new Delivery({
      transport: { send: () => simulation.request(this), close() {} },
      budgetMillis: BUDGET_MILLIS,
      queueLimitSpans,
      queueLimitBytes: Number.POSITIVE_INFINITY,
      sizeOf: () => SPAN_BYTES,
      host: 'collector',
      clean: (text) => text,
      clock: () => simulation.time.now,
    });
  }

  /** Gets a call at a time, and the next one a second later, or when this one is answered. */
  start(at) {
    const { time } = this.simulation;
    const work = () => {
      this.delivery.resume();
      time.at(time.now + CALL_MILLIS, this, () => void this.answer(at + CALL_EVERY_MILLIS));
    };
    time.at(at, this, work, true);
  }

  async answer(nextAt) {
    const { time, spansPerCall, freezes } = this.simulation;
    const from = time.now;
    for (let n = 1; n < spansPerCall; n += 1) this.delivery.onEnd(STEP);
    this.delivery.onEnd(ROOT);
    await this.delivery.flush(BUDGET_MILLIS);
    this.simulation.waited(this, time.now - from);
    this.isFrozen = freezes;
    this.start(Math.max(nextAt, time.now));
  }
}

/** The highest number of requests in any second, from a time on. `times` is sorted. */
function peakPerSecond(times, from, to) {
  let peak = 0;
  let first = 0;
  for (let last = 0; last < times.length; last += 1) {
    while (times[last] - times[first] >= 1_000) first += 1;
    if (times[first] >= from && times[last] < to) peak = Math.max(peak, last - first + 1);
  }
  return peak;
}

const HEALTHY_MILLIS = 10_000;

class Simulation {
  time = new VirtualTime();
  requests = [];
  waits = new Map();

  constructor(settings) {
    Object.assign(this, settings);
    this.end = HEALTHY_MILLIS + this.outageMillis;
  }

  get isDown() {
    return this.time.now >= HEALTHY_MILLIS && this.time.now < this.end;
  }

  request(instance) {
    const { time } = this;
    this.requests.push(time.now);
    const { afterMillis, verdict } = OUTAGES[this.outage];
    const failed = this.isDown;
    return {
      verdict: new Promise((resolve) => {
        const outcome = failed
          ? { kind: 'failed', timedOut: false, mayBeTooLarge: false, ...verdict }
          : { kind: 'acknowledged' };
        time.at(time.now + (failed ? afterMillis : RESPONSE_MILLIS), instance, () => resolve(outcome));
      }),
      rejected: Promise.resolve(0),
    };
  }

  waited(instance, millis) {
    if (this.isDown) this.waits.set(instance, (this.waits.get(instance) ?? 0) + millis);
  }

  async run() {
    this.time.install();
    const before = { ...deliveryCounts, dropped: { ...deliveryCounts.dropped } };
    const instances = Array.from({ length: this.instances }, () => new Instance(this, this.queueLimitSpans));
    for (const instance of instances) instance.start(Math.random() * CALL_EVERY_MILLIS);
    await this.time.runUntil(this.end + this.afterMillis);
    const made = deliveryCounts.made - before.made;
    const dropped = Object.entries(deliveryCounts.dropped).reduce((sum, [key, n]) => sum + n - before.dropped[key], 0);
    const waiting = instances.reduce((sum, { delivery }) => sum + delivery.waiting, 0);
    const normal = peakPerSecond(this.requests, 3_000, HEALTHY_MILLIS);
    const waits = [...this.waits.values()].sort((a, b) => a - b);
    return {
      normal,
      during: peakPerSecond(this.requests, HEALTHY_MILLIS + 5_000, this.end) / normal,
      atRecovery: peakPerSecond(this.requests, this.end, Number.POSITIVE_INFINITY) / normal,
      lost: dropped / made,
      lostOfOutage: dropped / (this.instances * this.spansPerCall * (this.outageMillis / CALL_EVERY_MILLIS)),
      waiting,
      isSumExact: deliveryCounts.acknowledged - before.acknowledged + dropped + waiting === made,
      medianWaitMillis: waits[waits.length >> 1] ?? 0,
      longestWaitMillis: waits.at(-1) ?? 0,
    };
  }
}

/** Runs a simulation. Returns request rates in relation to the normal one, and shares of spans. */
export function simulate(settings) {
  return new Simulation({
    instances: 10_000,
    spansPerCall: 5,
    queueLimitSpans: 8_192,
    outageMillis: 60_000,
    afterMillis: 20_000,
    freezes: true,
    ...settings,
  }).run();
}
