import './cold-start/first-module';
import './cold-start/require-watch';
import 'reflect-metadata';

export { serve } from './server/serve';
export type { RunningServer } from './server/serve';
export type { ServeOptions } from './server/serve-options';
export { traceListener } from './server/trace-listener';
export type { TraceListenerOptions } from './server/trace-listener';
