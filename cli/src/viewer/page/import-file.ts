import { h } from './dom';

/** Lets the user choose a file. */
export function chooseFile(onFile: (file: File) => void): void {
  const input = h('input', {
    type: 'file',
    accept: '.json,.jsonl,.ndjson,.html',
    on: {
      change: () => {
        const file = input.files?.[0];
        input.remove();
        if (file !== undefined) onFile(file);
      },
    },
  });
  input.hidden = true;
  // An element outside of the document may be collected before the file has been chosen.
  document.body.append(input);
  input.addEventListener('cancel', () => input.remove());
  input.click();
}

/** Accepts files that are dropped anywhere on the page. */
export function listenForDrops(onFile: (file: File) => void): void {
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) onFile(file);
  });
}
