type NodePerformance = typeof import('node:perf_hooks').performance;

let loaded: NodePerformance | undefined;

function load(): NodePerformance {
  return (loaded ??= (require('node:perf_hooks') as typeof import('node:perf_hooks')).performance);
}

/**
 * `performance` of `node:perf_hooks`, which is loaded when a time is first read: loading it takes a fifteenth of what
 * loading this package takes.
 */
export const performance: Pick<NodePerformance, 'now' | 'timeOrigin' | 'nodeTiming'> = {
  now: () => load().now(),
  get timeOrigin() {
    return load().timeOrigin;
  },
  get nodeTiming() {
    return load().nodeTiming;
  },
};
