// A file that is preloaded with `node --require`, as one that makes instrumentations is: it loads fc-traced, and then takes its time.
require('fc-traced');

const began = performance.now();
while (performance.now() - began < 300);
