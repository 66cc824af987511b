// The work every contender wraps: as little as there is, so that what is measured is the wrapping.
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

/** Steps of one generator in the contest of steps: so many that its span is a small part. */
const STEPS = 1_000;

/** Puts a legacy method decorator on a method of a class of its own, as a compiler would. */
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

/** Batches over an object with `add`, `addLater` and `count`; one call of `steps` is one step of a generator. */
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
