const kills = new Set<() => void>();

function killAll(): void {
  for (const kill of kills) kill();
}

/** Has a process ended with this one, whatever ends it; gives a function that takes that back. One listener for all, however many there are. */
export function killAtExit(kill: () => void): () => void {
  if (kills.size === 0) process.on('exit', killAll);
  kills.add(kill);
  return () => {
    kills.delete(kill);
    if (kills.size === 0) process.off('exit', killAll);
  };
}
