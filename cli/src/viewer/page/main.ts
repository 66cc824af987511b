import { App } from './app';
import { FileSource } from './file-source';
import { applyPreferences } from './preferences';
import { ServerSource } from './server-source';

applyPreferences();
const data = document.getElementById('otlp')?.textContent;
new App(data === undefined ? new ServerSource() : new FileSource(data)).start();
