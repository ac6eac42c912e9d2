/**
 * Keeps the data that a repair removes from a store: `quarantine/rows.jsonl`, one line per row, and the image of each
 * blob as `quarantine/<id>`. No program reads it; it may be deleted by hand.
 */
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Quarantine } from '@bindery/service'
import type { BlobStore } from '@bindery/storage'
import { extentOf, systemFiles } from '@bindery/storage-local'
import { copyExtent } from './copy-extent.js'
import { BLOBS_FOLDER } from './data-folder.js'

/** The folder of the removed data in a data folder. */
export const QUARANTINE_FOLDER = 'quarantine'

/** The quarantine of a data folder; its folder is created when something is first kept in it. */
export function openQuarantine(path: string, blobs: BlobStore): Quarantine {
  const folder = join(path, QUARANTINE_FOLDER)
  return {
    async row(key, value, reason) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = await open(join(folder, 'rows.jsonl'), 'a', 0o600)
      try {
        await file.writeFile(`${JSON.stringify({ key: base64(key), value: base64(value), reason })}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await syncNames(path, folder)
    },
    async blob(id) {
      const extent = extentOf(id)
      if (extent === undefined) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await copyExtent(join(path, BLOBS_FOLDER, extent.path), extent.range, join(folder, id), 0)
      await syncNames(path, folder)
      await blobs.delete(id)
    },
  }
}

async function syncNames(path: string, folder: string): Promise<void> {
  await systemFiles.syncFolder(folder)
  await systemFiles.syncFolder(path)
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
