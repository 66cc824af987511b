import { inlineDefinition, JAEGER_THRIFT } from './jaeger-definition';
import { compileModule } from './program-module';
import type { PortableModule } from './program-module';
import { TypeScriptOutput } from './typescript-output';

/** What a loader of webpack and Rspack uses of its context. */
interface LoaderContext {
  readonly resourcePath: string;
  async(): (error: Error | null, code?: string, map?: string) => void;
}

const output = new TypeScriptOutput();

/** The loader of the plugin for webpack and Rspack. It runs before all others. */
export default function loader(this: LoaderContext, source: string): void {
  void compile(this.resourcePath, source, this.async());
}

async function compile(file: string, source: string, done: ReturnType<LoaderContext['async']>): Promise<void> {
  let compiled: PortableModule;
  try {
    compiled = JAEGER_THRIFT.test(file)
      ? { code: inlineDefinition(source, file), map: '' }
      : await compileModule(file, source, output);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, compiled.code, compiled.map === '' ? undefined : compiled.map);
}
