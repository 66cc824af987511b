// The built emulator, because its instances are processes that run the compiled files. The types come from the source.
type Emulator = typeof import('../../src/emulator/instance');
type Servers = typeof import('../../src/emulator/server-instance');
type Triggers = typeof import('../../src/emulator/http-trigger');
type Scaled = typeof import('../../src/emulator/scaled-function');
type Api = typeof import('../../src/emulator/invoke-api');

export const { startInstance } = require('../../dist/emulator/instance.js') as Emulator;
export const { startServer } = require('../../dist/emulator/server-instance.js') as Servers;
export const { startHttpTrigger } = require('../../dist/emulator/http-trigger.js') as Triggers;
export const { ScaledFunction } = require('../../dist/emulator/scaled-function.js') as Scaled;
export const { startInvokeApi } = require('../../dist/emulator/invoke-api.js') as Api;
export type Instance = import('../../src/emulator/instance').Instance;
export type ServerInstance = import('../../src/emulator/server-instance').ServerInstance;
export type HttpTrigger = import('../../src/emulator/http-trigger').HttpTrigger;
export type ScaledFunction = import('../../src/emulator/scaled-function').ScaledFunction;
