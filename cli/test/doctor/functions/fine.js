const { createHandler } = require('fc-traced');
class Main {
  handle() {}
}
module.exports = createHandler(Main, { endpoint: 'http://127.0.0.1:9/v1/traces' });
