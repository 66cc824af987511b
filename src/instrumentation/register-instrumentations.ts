import { trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/api';
import type { Instrumentation, InstrumentationName } from '../config/options';
import { countError, warnOnce } from '../diagnostics';
import { state } from '../tracing/telemetry/state';
import { loadPackage, PACKAGES } from './instrumentation-packages';
import { patchLoadedModules } from './loaded-modules';
import { createNamed } from './named-instrumentation';
import { endingProvider } from './providers';

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
  for (const item of list) if (typeof item === 'string') setUpOnce(item, PACKAGES[item].name, () => fromPackage(item));
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

function fromPackage(name: InstrumentationName): Instrumentation | undefined {
  const created = createNamed(name, loadPackage, provider());
  const { name: wanted, version } = PACKAGES[name];
  if (created === undefined) {
    warnOnce(
      `the option instrumentations names ${name}, and ${wanted} is not installed: npm install ${wanted}@${version}`,
    );
  }
  return created;
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
