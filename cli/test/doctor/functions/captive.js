// Compiled without metadata: the option inject and the tokens of tsyringe name the classes.
const { createHandler, Service } = require('fc-traced');
const { inject } = require('tsyringe');

class Request {}
Service({ scope: 'invocation' })(Request);
class Cache {
  constructor(request) {
    this.request = request;
  }
}
inject(Request)(Cache, undefined, 0);
Service({ scope: 'singleton' })(Cache);
class Main {
  constructor(cache) {
    this.cache = cache;
  }
  handle() {}
}
module.exports = createHandler(Main, { inject: [Cache], flushTimeoutMillis: 2_000 });
