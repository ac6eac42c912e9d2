/** Counts the turns of the event loop from now on, so that a test can observe whether work lets others have theirs. */
export function countTurns(): { readonly turns: number; stop(): void } {
  let turns = 0
  let next = setImmediate(function turn() {
    turns += 1
    next = setImmediate(turn)
  })
  return {
    get turns() {
      return turns
    },
    stop: () => clearImmediate(next),
  }
}
