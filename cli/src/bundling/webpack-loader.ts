import { inlineDefinition, JAEGER_THRIFT } from './jaeger-definition';
import { compileModule } from './program-module';
import { TypeScriptOutput } from './typescript-output';

/** What a loader of webpack and Rspack uses of its context. */
interface LoaderContext {
  readonly resourcePath: string;
  async(): (error: Error | null, code?: string, map?: string) => void;
}

const output = new TypeScriptOutput();

/** The loader of the plugin for webpack and Rspack. It runs before all others. */
export default function loader(this: LoaderContext, source: string): void {
  const { resourcePath } = this;
  const done = this.async();
  if (JAEGER_THRIFT.test(resourcePath)) {
    done(null, inlineDefinition(source, resourcePath));
    return;
  }
  void compileModule(resourcePath, source, output)
    .then(({ code, map }) => () => done(null, code, map))
    .catch((error: Error) => () => done(error))
    // Outside of the promise: an error of the bundler is not one of the module.
    .then((finish) => setImmediate(finish));
}
