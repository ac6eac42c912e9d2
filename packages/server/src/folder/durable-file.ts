import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemFiles } from '@bindery/storage-local'

/** Writes a small file so that after any crash the file is either the old one or the complete new one. */
export async function writeDurably(path: string, text: string, mode: number): Promise<void> {
  const written = `${path}.new`
  const file = await open(written, 'w', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(written, path)
  await systemFiles.syncFolder(dirname(path))
}
