// A file that is preloaded with `node --require`, as instrumentations are. It loads fc-traced and then takes 300 ms.
require('fc-traced');

const start = performance.now();
while (performance.now() - start < 300);
