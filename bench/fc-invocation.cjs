// Runs a function inside one invocation of a handler class, called as Function Compute calls it.
const { createHandler } = require('../dist/index.js');

function fcContext(flags) {
  return {
    requestId: '1-691f0000-15b1c3f1-0123456789ab',
    credentials: {},
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    retryCount: 0,
    logger: console,
    function: { name: 'bench', handler: 'index.handler', memory: 512, timeout: 600 },
    service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    tracing: {
      openTracingSpanContext: `124ed43254b549660123456789abcdef:124ed43254b54966:0:${flags}`,
      openTracingSpanBaggages: {},
    },
  };
}

async function insideInvocation(sampled, options, body) {
  class Bench {
    handle() {
      return body();
    }
  }
  const { handler } = createHandler(Bench, options);
  return handler(Buffer.from('{}'), fcContext(sampled ? 1 : 0));
}

module.exports = { fcContext, insideInvocation };
