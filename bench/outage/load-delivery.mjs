// Compiles the delivery from its sources, since the build contains it only in bundles.
import { buildSync } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Returns the class `Delivery`, and the counts of all its objects. */
export function loadDelivery() {
  const contents = `
    export { Delivery } from './src/export/delivery/delivery';
    export { deliveryCounts } from './src/tracing/telemetry/delivery-stats';`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    write: false,
    logLevel: 'error',
  });
  const module = { exports: {} };
  const file = path.join(root, 'delivery.cjs');
  const wrapped = vm.runInThisContext(`(function (module, exports, require) {${outputFiles[0].text}\n})`, file);
  wrapped(module, module.exports, createRequire(file));
  return module.exports;
}
