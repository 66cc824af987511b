import { resolve } from 'node:path';
import { ExitCode } from '../command';
import type { Command } from '../command';
import { findFunctions } from '../functions/target';
import { UsageError } from '../usage-error';

const OPTION_NAMES = [
  'out-dir',
  'external',
  'include',
  'exporter',
  'source-maps',
  'compile-cache',
  'no-load',
  'format',
] as const;

/** Bundles functions, each into one file. */
export const build: Command<(typeof OPTION_NAMES)[number]> = {
  name: 'build',
  summary: 'bundle functions, each into one file, and write the s.yaml that deploys them',
  positionals: '[FUNCTIONS]',
  options: OPTION_NAMES,
  helpBeforeOptions: `FUNCTIONS is s.yaml, its folder, one of its functions as s.yaml#NAME, or a module. Without it, it is the s.yaml in
this folder. Each function gets the folder built/NAME, with one file where its handler is, and the files that it reads.
s.built.yaml is s.yaml with these folders: s deploy -t s.built.yaml. s.yaml is not changed.

TypeScript is compiled. If tsconfig.json has emitDecoratorMetadata, the project's own typescript emits the types by
which classes are injected. Names of classes and functions are kept.`,
  helpAfterOptions: `What is copied beside the file: files that a module names by its own place, as join(__dirname, 'page.html'), or below
the code folder, as readFile('page.html'); files of the code folder that are not code, if it is not the folder of
s.yaml; what a variable in s.yaml names in /code; and --include. Packages that cannot be bundled are copied to
node_modules: those with native addons, those that the option instrumentations patches, and --external.

An exporter is left out only if it certainly is not used: the variables in s.yaml name an endpoint of the other
protocol, and the program sets none.

The built functions are loaded in new processes, which checks them and measures the time, unless --no-load is set.
--compile-cache loads them as well, and starts servers. Handlers and initializers are never called.

exit codes:
  0  all functions were built
  1  a function could not be built or loaded; the message has a code, see docs/bundlers.md of fc-traced
  2  the command line is wrong, or s.yaml cannot be read`,
  async run(values, [target, ...others]) {
    if (others.length > 0) throw new UsageError('build takes one s.yaml or module');
    if (values.format === 'otlp') throw new UsageError('--format: build prints tree or json');
    const [file = ''] = (target ?? '').split('#');
    if (/\.built\.ya?ml$/.test(file)) {
      throw new UsageError(`${file} was written by build. Name the file that it was built from`);
    }
    const specs = findFunctions(target);
    const { buildFunctions } = require('../build/build-functions') as typeof import('../build/build-functions');
    const printing = require('../build/print-build') as typeof import('../build/print-build');
    const result = await buildFunctions(specs, {
      outDir: resolve(values['out-dir']),
      external: values.external ?? [],
      include: values.include ?? [],
      exporter: values.exporter,
      sourceMaps: values['source-maps'],
      compileCache: values['compile-cache'],
      load: !values['no-load'],
    });
    if (values.format === 'json') printing.printBuildAsJson(result);
    else printing.printBuild(result);
    return result.failed.length === 0 ? ExitCode.Ok : ExitCode.Failed;
  },
};
