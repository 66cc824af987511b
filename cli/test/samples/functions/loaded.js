// The sample rds, with the modules that it has loaded added to its response.
const sample = require('../../../../samples/dist/rds/handler.js');

const loaded = () =>
  Object.keys(require.cache)
    .filter((file) => file.includes('node_modules'))
    .map((file) => file.replaceAll('\\', '/').split('/node_modules/').pop());

exports.initialize = sample.initialize;
exports.handler = (event, context, callback) => {
  sample.handler(event, context, (error, answer) =>
    callback(null, { failed: error ? error.message : undefined, answer, loaded: loaded() }),
  );
};
