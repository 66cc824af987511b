// What the doc comments lack. All of it is printed at the end.

const found = [];

/** Records a problem of a doc comment. */
export function complain(problem) {
  found.push(problem);
}

/** Throws if a doc comment lacks something. */
export function failOnProblems() {
  if (found.length > 0) throw new Error(`the doc comments are incomplete:\n  ${found.join('\n  ')}`);
}
