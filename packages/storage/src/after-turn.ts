let waiting: (() => void)[] = []

/**
 * Calls a function when everything that can run without the event loop has run: a tick runs before or after the
 * promises of its turn, and one that a promise has scheduled runs after all of them.
 */
export function afterTurn(call: () => void): void {
  waiting.push(call)
  if (waiting.length > 1) return
  process.nextTick(() => queueMicrotask(() => process.nextTick(runWaiting)))
}

function runWaiting(): void {
  const calls = waiting
  waiting = []
  for (const call of calls) call()
}
