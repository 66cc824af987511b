import './cold-start/first-module';
import './cold-start/loading';
import 'reflect-metadata';

export { serve } from './server/serve';
export type { RunningServer, ServeOptions } from './server/serve';
export { traceListener } from './server/trace-listener';
export type { TraceListenerOptions } from './server/trace-listener';
