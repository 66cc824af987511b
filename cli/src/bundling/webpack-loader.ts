import { inlineDefinition, JAEGER_THRIFT } from './jaeger-definition';
import { compileModule } from './program-module';
import type { PortableModule } from './program-module';
import { TypeScriptOutput } from './typescript-output';

/** What a loader of webpack and Rspack uses of its context. */
interface LoaderContext {
  readonly resourcePath: string;
  addDependency(file: string): void;
  async(): (error: Error | null, code?: string, map?: string) => void;
}

const output = new TypeScriptOutput();

/** The loader of the plugin for webpack and Rspack. It runs before all others. */
export default function loader(this: LoaderContext, source: string): void {
  void compile(this, source, this.async());
}

async function compile(
  context: LoaderContext,
  source: string,
  done: ReturnType<LoaderContext['async']>,
): Promise<void> {
  const file = context.resourcePath;
  let compiled: PortableModule;
  try {
    compiled = JAEGER_THRIFT.test(file)
      ? { code: inlineDefinition(source, file), map: '', dependencies: [] }
      : await compileModule(file, source, output);
  } catch (error) {
    done(error as Error);
    return;
  }
  for (const one of compiled.dependencies) context.addDependency(one);
  done(null, compiled.code, compiled.map === '' ? undefined : compiled.map);
}
