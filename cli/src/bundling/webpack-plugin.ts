import { join } from 'node:path';
import { JAEGER_THRIFT } from './jaeger-definition';
import { isModuleQuery, isProgramModule } from './module-files';
import { addonError, checkBundledFiles } from './program-checks';
import { forgetProjects } from './typescript-settings';

interface Module {
  readonly resource?: string;
  readonly modules?: Iterable<Module>;
}
interface Compilation {
  readonly errors: unknown[];
  readonly modules: Iterable<Module>;
  readonly warnings: readonly { readonly message: string }[];
}
interface Hook<Argument> {
  tap(name: string, run: (argument: Argument) => void): void;
}

/** What the plugin uses of the compiler of webpack and Rspack. */
export interface WebpackCompiler {
  readonly options: {
    module: { rules: unknown[] };
    resolve: { extensions?: string[]; extensionAlias?: Record<string, unknown> };
    ignoreWarnings?: unknown[];
  };
  readonly hooks: {
    readonly compile: Hook<unknown>;
    readonly afterCompile: Hook<Compilation>;
  };
}

/** A plugin of webpack and Rspack. */
export interface WebpackPlugin {
  apply(compiler: WebpackCompiler): void;
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
};

function filesOf(modules: Iterable<Module>): string[] {
  return [...modules].flatMap(({ resource, modules: inner }) => [
    ...(resource === undefined ? [] : [resource.replace(/[?#].*$/, '')]),
    ...(inner === undefined ? [] : filesOf(inner)),
  ]);
}

/** The plugin for webpack and Rspack. */
export function webpackPlugin(): WebpackPlugin {
  return {
    apply({ options, hooks }) {
      const loader = join(__dirname, 'webpack-loader.js');
      options.module.rules.push({
        test: (file: string) => isProgramModule(file) || JAEGER_THRIFT.test(file),
        resourceQuery: isModuleQuery,
        enforce: 'pre',
        use: [{ loader }],
      });
      options.resolve.extensions = [...new Set([...(options.resolve.extensions ?? ['...']), '.ts', '.mts', '.cts'])];
      options.resolve.extensionAlias = { ...ALIASES, ...options.resolve.extensionAlias };
      // Packages that are used only where they are installed.
      options.ignoreWarnings = [
        ...(options.ignoreWarnings ?? []),
        /Can't resolve '@opentelemetry\/(?:instrumentation|api-logs)/,
      ];
      hooks.compile.tap('fc-traced', forgetProjects);
      hooks.afterCompile.tap('fc-traced', ({ modules, errors }) => {
        try {
          const files = filesOf(modules);
          const addon = files.find((file) => file.endsWith('.node'));
          // With a loader for addons, there are no errors.
          if (addon !== undefined && errors.length > 0) throw addonError(addon);
          checkBundledFiles(files);
        } catch (error) {
          errors.push(error);
        }
      });
    },
  };
}
