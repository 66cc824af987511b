// The work that every contender wraps: as little as possible, so that the bench measures the wrapping.
let sink = 0;

class Work {
  add(n) {
    return n + 1;
  }

  async addLater(n) {
    return n + 1;
  }

  *count(n) {
    for (let i = 0; i < n; i += 1) yield i;
  }
}

/** The steps of one generator: so many that the cost of its span hardly matters. */
const STEPS = 1_000;

/** Applies a legacy method decorator to the methods of a class, as a compiler would. */
function decorated(decorate) {
  class Decorated extends Work {}
  for (const key of ['add', 'addLater', 'count']) {
    const descriptor = {
      value: {
        add(n) {
          return n + 1;
        },
        async addLater(n) {
          return n + 1;
        },
        *count(n) {
          for (let i = 0; i < n; i += 1) yield i;
        },
      }[key],
      writable: true,
      enumerable: false,
      configurable: true,
    };
    Object.defineProperty(Decorated.prototype, key, decorate(Decorated.prototype, key, descriptor) ?? descriptor);
  }
  return new Decorated();
}

/** Returns batches of calls of `add`, `addLater` and `count`. A call in `steps` is one step of a generator. */
function batchesOf(work) {
  return {
    sync: (count) => {
      for (let i = 0; i < count; i += 1) sink += work.add(i);
    },
    async: async (count) => {
      for (let i = 0; i < count; i += 1) sink += await work.addLater(i);
    },
    steps: (count) => {
      for (let i = 0; i < count; i += STEPS) for (const step of work.count(STEPS)) sink += step;
    },
  };
}

module.exports = { Work, batchesOf, decorated, sink: () => sink };
