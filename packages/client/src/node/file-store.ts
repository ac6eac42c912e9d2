/** Keeps checkpoints as files: a transfer goes on in another process. */
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { isListed } from '../transfer/checkpoint.js'
import type { Checkpoint, CheckpointStore } from '../types/checkpoint.js'
import { lockFile } from './lock-file.js'
import { makeFolders } from './make-folders.js'

/** Where checkpoints are kept by default: `bindery/transfers` in the user's state folder. */
export function defaultFolder(): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env
  const state = XDG_STATE_HOME ?? LOCALAPPDATA ?? path.join(homedir(), '.local', 'state')
  return path.join(state, 'bindery', 'transfers')
}

/** One file per checkpoint, readable by its owner alone. */
export function fileStore(folder = defaultFolder()): CheckpointStore {
  const fileOf = (id: string) => path.join(folder, `${id}.json`)
  return {
    get: (id) => readCheckpoint(fileOf(id)),
    async put(checkpoint) {
      await makeFolders(path.resolve(folder), 0o700)
      await replaceFile(fileOf(checkpoint.id), JSON.stringify(checkpoint))
    },
    async delete(id) {
      await rm(fileOf(id), { force: true })
      // a process that was killed while it wrote the checkpoint has left its new content
      for (const name of await readdir(folder).catch(() => [])) {
        if (name.startsWith(`${id}.json.`) && name.endsWith('.tmp')) await rm(path.join(folder, name), { force: true })
      }
    },
    async *list(filter) {
      for (const name of await readdir(folder).catch(() => [])) {
        const checkpoint = name.endsWith('.json') ? await readCheckpoint(path.join(folder, name)) : undefined
        if (checkpoint !== undefined && isListed(checkpoint, filter)) yield checkpoint
      }
    },
    async lock(id) {
      await makeFolders(path.resolve(folder), 0o700)
      return lockFile(path.join(folder, `${id}.lock`))
    },
  }
}

/** Replaces a file as a whole: a crash leaves the old content or the new one. Without `isDurable` a loss of power may leave neither. */
export async function replaceFile(file: string, content: string, isDurable = true): Promise<void> {
  const fresh = `${file}.${process.pid}.tmp`
  try {
    const handle = await open(fresh, 'w', 0o600)
    try {
      await handle.writeFile(content)
      if (isDurable) await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

/** A file that does not hold a checkpoint of this version is ignored. */
async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Checkpoint>
    return value.v === 1 && typeof value.uploadId === 'string' && Array.isArray(value.parts)
      ? (value as Checkpoint)
      : undefined
  } catch {
    return undefined
  }
}
