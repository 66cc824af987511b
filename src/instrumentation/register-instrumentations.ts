import { trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation } from '../config/options';
import { countError, warnOnce } from '../diagnostics';
import { state } from '../tracing/telemetry/state';
import { programRequire } from './loaded-files';
import { patchLoadedModules } from './loaded-modules';
import { endingProvider } from './providers';
import { INSTRUMENTATIONS } from './registry';
import type { InstrumentationDefinition, InstrumentationName } from './registry';

/** What OpenTelemetry's own instrumentations have beside what the option asks for. */
interface Configured {
  isEnabled?(): boolean;
  getConfig?(): { readonly enabled?: boolean };
  setConfig?(config: object): void;
}

/**
 * Sets up the instrumentations of the option, each once a process, for the provider that is registered with OpenTelemetry's API.
 * Never throws: what fails is counted and told.
 */
export function registerInstrumentations(list: readonly (InstrumentationName | Instrumentation)[]): void {
  // What the program made itself goes first: a name of the same library then says nothing more.
  for (const item of list) if (typeof item === 'object') setUpOnce(item.instrumentationName, item, () => item);
  for (const item of list) {
    if (typeof item === 'string') setUpOnce(item, definitionOf(item).package, () => fromPackage(item));
  }
}

function setUpOnce(label: string, key: unknown, make: () => Instrumentation | undefined): void {
  if (state.instrumented.has(key)) return;
  state.instrumented.add(key);
  try {
    const instrumentation = make();
    if (instrumentation === undefined) return;
    state.instrumented.add(instrumentation.instrumentationName);
    if (typeof key === 'object') instrumentation.setTracerProvider(provider());
    enable(instrumentation);
    patchLoadedModules(instrumentation, label);
  } catch (error) {
    const { name, code } = error as { name?: unknown; code?: unknown };
    countError(`the instrumentation ${label} could not be set up: ${String(code ?? name)}`);
  }
}

function provider(): TracerProvider {
  return endingProvider(trace.getTracerProvider());
}

function definitionOf(name: InstrumentationName): InstrumentationDefinition {
  return INSTRUMENTATIONS[name].load().instrumentation;
}

function fromPackage(name: InstrumentationName): Instrumentation | undefined {
  const definition = definitionOf(name);
  const module = loadPackage(definition);
  if (module !== undefined) return definition.create(module, provider());
  const { package: wanted, version } = definition;
  warnOnce(
    `the option instrumentations names ${name}, but ${wanted} is not installed: npm install ${wanted}@${version}`,
  );
  return undefined;
}

/** Enables it where it is not enabled yet. */
function enable(instrumentation: Instrumentation & Configured): void {
  const config = instrumentation.getConfig?.();
  const isEnabled = instrumentation.isEnabled?.() ?? config?.enabled === true;
  if (isEnabled) return;
  // That of undici makes spans only where its configuration says the same.
  if (config?.enabled === false) instrumentation.setConfig?.({ ...config, enabled: true });
  instrumentation.enable();
}

/**
 * Loads the package of an instrumentation; `undefined` where it is not installed. Throws what the package throws.
 *
 * It is looked for beside fc-traced, then beside the program: fc-traced may be in a layer of the function.
 */
export function loadPackage<M>(definition: InstrumentationDefinition<M>): M | undefined {
  return (
    ifInstalled(definition.package, () => definition.load()) ??
    ifInstalled(definition.package, () => programRequire()(definition.package) as M)
  );
}

/** `undefined` where it is the package itself that is missing, not one of its parts. A bundle that is an ES module has no `require`. */
function ifInstalled<M>(name: string, load: () => M): M | undefined {
  try {
    return load();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const isMissing = code === 'MODULE_NOT_FOUND' && String(message).split('\n')[0]!.includes(`'${name}'`);
    if (isMissing || String(message).startsWith('Dynamic require of')) return undefined;
    throw error;
  }
}
