import type { Plugin } from 'esbuild';
import { isProgramModule } from '../bundling/module-files';

const PACKAGE = /^@opentelemetry\/instrumentation-([\w-]+)$/;

/**
 * Leaves the instrumentations out of a bundle that are installed, but that the program does not use: none of its
 * modules names the option `instrumentations`, or the package. `fc-traced` treats them as not installed.
 */
export function omitUnusedInstrumentations(programCode: string): Plugin {
  const isUsed = (name: string): boolean =>
    programCode.includes(`@opentelemetry/instrumentation-${name}`) ||
    // As a name in a list, or with a list that is computed.
    (/\binstrumentations\b/.test(programCode) && new RegExp(`['"\`]${name}['"\`]`).test(programCode)) ||
    /\binstrumentations\b(?!\s*:\s*\[\s*(?:['"`][\w-]+['"`]\s*,?\s*)*\])/.test(programCode);
  return {
    name: 'unused-instrumentations',
    setup({ onResolve }) {
      onResolve({ filter: PACKAGE }, ({ path, importer }) => {
        if (isProgramModule(importer)) return undefined;
        return isUsed(PACKAGE.exec(path)![1]!) ? undefined : { path, external: true };
      });
    },
  };
}
