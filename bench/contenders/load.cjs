// Measures how many nanoseconds loading takes in a process that has not loaded anything yet.
const { contend } = require('../measure.cjs');

function timed(...modules) {
  const start = process.hrtime.bigint();
  for (const name of modules) require(name);
  return Number(process.hrtime.bigint() - start);
}

void contend({
  'fc-traced': () => timed('../../dist/index.js'),
  'all possible dependencies': () =>
    timed(
      '@opentelemetry/api',
      'reflect-metadata',
      'tsyringe',
      '@opentelemetry/context-async-hooks',
      '@opentelemetry/sdk-trace-base',
      '@opentelemetry/exporter-jaeger',
      '@opentelemetry/exporter-trace-otlp-proto',
    ),
  'api, reflect-metadata and tsyringe': () => timed('@opentelemetry/api', 'reflect-metadata', 'tsyringe'),
});
