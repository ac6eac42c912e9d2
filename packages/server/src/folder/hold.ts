/**
 * A backup hold: while a process that copies a data folder lives, nothing in the folder is freed. Like the lock it is a
 * listening socket, in `holds/`, which the kernel closes with its process; the sweeper checks before each pass.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../failure.js'
import { announce, closed, look, shortPath } from './lock.js'

/** The folder of the sockets of backup holds in a data folder. */
export const HOLDS_FOLDER = 'holds'

/** A hold on a data folder. It also ends with its process. */
export interface Hold {
  release(): Promise<void>
}

/** Holds a data folder. Everything in it when this resolves stays until the release. */
export async function holdFolder(folder: string): Promise<Hold> {
  const holds = join(folder, HOLDS_FOLDER)
  await mkdir(holds, { recursive: true, mode: 0o700 })
  const reachable = await shortPath(holds)
  const name = randomBytes(8).toString('hex')
  try {
    // Between its creation and its listening a socket looks dead, so it gets its effective name when it listens.
    const server = await announce(join(reachable.path, `.${name}`), () =>
      JSON.stringify({ pid: process.pid, holds: true }),
    )
    await rename(join(holds, `.${name}`), join(holds, name))
    return {
      async release() {
        await closed(server)
        await rm(join(holds, name), { force: true })
      },
    }
  } finally {
    await reachable.dispose()
  }
}

/** Whether a process holds a data folder. One that may be alive counts as alive. */
export async function isBeingCopied(folder: string): Promise<boolean> {
  const holds = join(folder, HOLDS_FOLDER)
  const names = await readdir(holds).catch((error) => {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  })
  const candidates = names.filter((name) => !name.startsWith('.'))
  if (candidates.length === 0) return false
  const reachable = await shortPath(holds)
  try {
    for (const name of candidates) {
      if ((await look(join(reachable.path, name))) !== 'dead') return true
      await rm(join(holds, name), { force: true })
    }
    return false
  } finally {
    await reachable.dispose()
  }
}
