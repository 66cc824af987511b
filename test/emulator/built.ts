// The emulator as built: its instances are processes that run the compiled files. Types come from the source.
type Emulator = typeof import('../../src/emulator/start-instance');

export const { startInstance } = require('../../dist/emulator/start-instance.js') as Emulator;
export type Instance = import('../../src/emulator/start-instance').Instance;
