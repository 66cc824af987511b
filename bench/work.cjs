// The work every contender wraps: as little as there is, so that what is measured is the wrapping.
let sink = 0;

class Work {
  add(n) {
    return n + 1;
  }

  async addLater(n) {
    return n + 1;
  }
}

/** Puts a legacy method decorator on a method of a class of its own, as a compiler would. */
function decorated(decorate) {
  class Decorated extends Work {}
  for (const key of ['add', 'addLater']) {
    const descriptor = { value: { add(n) { return n + 1; }, async addLater(n) { return n + 1; } }[key], writable: true, enumerable: false, configurable: true };
    Object.defineProperty(Decorated.prototype, key, decorate(Decorated.prototype, key, descriptor) ?? descriptor);
  }
  return new Decorated();
}

/** Batches over an object with `add` and `addLater`. */
function batchesOf(work) {
  return {
    sync: (count) => {
      for (let i = 0; i < count; i += 1) sink += work.add(i);
    },
    async: async (count) => {
      for (let i = 0; i < count; i += 1) sink += await work.addLater(i);
    },
  };
}

module.exports = { Work, batchesOf, decorated, sink: () => sink };
