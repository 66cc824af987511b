// The search of VitePress has roles and labels that contradict its content: for example, its box is a button that contains
// an input, and its results are options that contain links.

/** Corrects the roles and labels of the search whenever it shows something else. */
export function correctSearch(): void {
  const correct = (): void => {
    const box = document.querySelector<HTMLElement>('.VPLocalSearchBox');
    if (box === null) return;
    box.setAttribute('role', 'dialog');
    box.setAttribute('aria-modal', 'true');
    for (const name of ['aria-expanded', 'aria-haspopup', 'aria-owns']) box.removeAttribute(name);
    for (const key of box.querySelectorAll('kbd[aria-label]')) key.setAttribute('role', 'img');
    for (const link of box.querySelectorAll<HTMLElement>('.result')) {
      // The link becomes the option, with the id to which the input refers.
      const item = link.parentElement!;
      if (item.id !== '') link.id = item.id;
      for (const name of ['id', 'aria-selected']) item.removeAttribute(name);
      item.setAttribute('role', 'none');
      link.setAttribute('role', 'option');
      link.setAttribute('aria-selected', String(link.classList.contains('selected')));
      link.removeAttribute('aria-label');
      link.tabIndex = -1;
    }
  };
  new MutationObserver(correct).observe(document.body, {
    attributeFilter: ['class'],
    childList: true,
    subtree: true,
  });
}
