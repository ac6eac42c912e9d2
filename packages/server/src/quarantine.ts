/**
 * Keeps the data that a repair removes from stores: `quarantine/rows.jsonl`, one line per row, and each blob as
 * `quarantine/<id>`. No program reads it; it may be deleted by hand.
 */
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Quarantine } from '@bindery/service'
import type { BlobId, BlobStore } from '@bindery/storage'

/** The folder of the removed data. */
export const QUARANTINE_FOLDER = 'quarantine'

/** How a blob is kept at a path. Resolves with false where nothing of it is stored apart from its record. */
export type KeepBlob = (id: BlobId, path: string) => Promise<boolean>

/** A quarantine below a folder; its own folder is created when something is first kept in it. */
export function openQuarantine(parent: string, blobs: Pick<BlobStore, 'delete'>, keepBlob: KeepBlob): Quarantine {
  const folder = join(parent, QUARANTINE_FOLDER)
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
      await syncNames(folder)
    },
    async blob(id) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      if (!(await keepBlob(id, join(folder, id)))) return
      await syncNames(folder)
      await blobs.delete(id)
    },
  }
}

/** Makes the names in a folder durable, and its own. */
async function syncNames(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)]) {
    const opened = await open(path, 'r')
    try {
      await opened.sync()
    } finally {
      await opened.close()
    }
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
