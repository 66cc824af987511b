// What the chunks take of the packages that are compiled in, as plugins of esbuild.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Compiles in only the conversion of spans from the Jaeger exporter: the parts of jaeger-client that it uses are those of
 * `src/export/thrift/jaeger-client.ts`, and of `@opentelemetry/core`, an ES module, only the names that it uses.
 */
export function jaegerConversion(src) {
  const conversion = /[\\/]exporter-jaeger[\\/]build[\\/]src[\\/]transform\.js$/;
  return {
    name: 'the conversion of the Jaeger exporter',
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\/types$/ }, ({ importer }) =>
        conversion.test(importer) ? { path: path.join(src, 'export/thrift/jaeger-client.ts') } : undefined,
      );
      bundle.onResolve({ filter: /^@opentelemetry\/core$/ }, ({ path: name, importer }) =>
        conversion.test(importer) ? { path: name, namespace: 'used', pluginData: importer } : undefined,
      );
      bundle.onLoad({ filter: /^/, namespace: 'used' }, ({ path: name, pluginData: importer }) => {
        const names = [...readFileSync(importer, 'utf8').matchAll(/\bcore_1\.(\w+)/g)].map(([, used]) => used);
        return {
          contents: `export { ${[...new Set(names)].join(', ')} } from '${name}';`,
          resolveDir: path.dirname(importer),
        };
      });
    },
  };
}

/** Compiles `src/export/hex-bytes.ts` into the encoder of OTLP instead of its own function. */
export function hexBytes(src) {
  return {
    name: 'the ids of OTLP',
    setup(bundle) {
      bundle.onResolve({ filter: /[\\/]hex-to-binary$/ }, ({ importer }) =>
        importer.includes('otlp-transformer') ? { path: path.join(src, 'export/hex-bytes.ts') } : undefined,
      );
    },
  };
}

/** Leaves out the context manager for old versions of Node.js, which is not used. */
export const contextManager = {
  name: 'the context manager',
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/AsyncHooksContextManager$/ }, () => ({ path: 'unused', namespace: 'unused' }));
    bundle.onLoad({ filter: /^/, namespace: 'unused' }, () => ({ contents: '' }));
  },
};
