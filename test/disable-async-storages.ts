// Jest runs this before each test file (`setupFiles` in package.json).
//
// In Node.js before version 24, an `AsyncLocalStorage` that was used once slows down every promise of the process until
// it is disabled. Each test file leaves at least two behind: jest's own and that of OpenTelemetry's context manager.
// After a hundred files, promises took two to four times as long. So this disables the storages of the test files that
// ran before.
import asyncHooks from 'node:async_hooks';

type Storage = Pick<asyncHooks.AsyncLocalStorage<unknown>, 'disable'>;
type Tracked = typeof asyncHooks.AsyncLocalStorage & { readonly storages: Set<Storage> };

const isTracked = (storage: object): storage is Tracked => 'storages' in storage;

/** `AsyncLocalStorage`, with a list of the storages that were made of it. */
function track(): Tracked {
  const storages = new Set<Storage>();
  class AsyncLocalStorage<T> extends asyncHooks.AsyncLocalStorage<T> {
    static readonly storages = storages;

    constructor(...options: ConstructorParameters<typeof asyncHooks.AsyncLocalStorage<T>>) {
      super(...options);
      storages.add(this);
    }
  }
  // Modules of Node.js are shared by all test files of a process.
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value: AsyncLocalStorage, enumerable: true });
  return AsyncLocalStorage;
}

const { AsyncLocalStorage } = asyncHooks;
const { storages } = isTracked(AsyncLocalStorage) ? AsyncLocalStorage : track();
for (const storage of storages) storage.disable();
storages.clear();
