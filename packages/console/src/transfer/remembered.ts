/** The unfinished uploads that this browser remembers, by the names of their files. It remembers them when no one is signed in, too. */
import { indexedDbStore } from '@bindery/client/browser'

const checkpoints = indexedDbStore()

/** The number of unfinished uploads. */
export async function countRemembered(): Promise<number> {
  let number = 0
  for await (const _ of checkpoints.list()) number += 1
  return number
}

/** Forgets all unfinished uploads. The server keeps their parts. */
export async function forgetRemembered(): Promise<void> {
  for await (const { id } of checkpoints.list()) await checkpoints.delete(id)
  // the uploads of this tab, which are paused, have names too
  location.reload()
}
