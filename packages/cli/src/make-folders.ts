import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder and the missing ones above it, one at a time: the recursive mkdir of Node.js never ends where a file system such as
 * /proc refuses new names. Rejects with the system's error.
 */
export async function makeFolders(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const above = dirname(folder)
    if (code === 'ENOENT' && above !== folder) {
      await makeFolders(above, mode)
      // another process may have made it meanwhile
      await mkdir(folder, { mode }).catch((late: NodeJS.ErrnoException) => requireFolder(folder, late))
    } else await requireFolder(folder, error)
  }
}

async function requireFolder(folder: string, error: unknown): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() !== true) throw error
}
