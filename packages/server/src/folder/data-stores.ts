import { randomBytes } from 'node:crypto'
import { access, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { extentOf, METADATA_FILE, openLocalBlobStore, openLocalMetadataStore } from '@bindery/storage-local'
import type { IdleStores } from '../deployment.js'
import { Failure, systemCode } from '../failure.js'
import { type KeepBlob, openQuarantine, QUARANTINE_FOLDER } from '../quarantine.js'
import { copyExtent } from './copy-extent.js'
import { BLOBS_FOLDER, FORMAT_FILE, METADATA_FOLDER, openDataFolder } from './data-folder.js'
import { folderFailure } from './folder-failure.js'

/** Locks an existing data folder and opens its stores. Throws Failure `folderMissing`, and as `openDataFolder`. */
export async function openDataStores(name: string, bufferBytes: number): Promise<IdleStores> {
  const path = resolve(name)
  await requireDataFolder(path)
  const { lock } = await openDataFolder(path)
  try {
    const stores = await openStoresIn(path, bufferBytes)
    const close = async () => {
      await stores.blobs.close()
      await stores.metadata.close()
      await lock.release()
    }
    const quarantine = openQuarantine(path, stores.blobs, keeperIn(path))
    return { location: path, quarantineLocation: join(path, QUARANTINE_FOLDER), quarantine, ...stores, close }
  } catch (error) {
    await lock.release()
    throw folderFailure(error, path)
  }
}

/** Keeps the image of a blob. */
function keeperIn(path: string): KeepBlob {
  return async (id, target) => {
    const extent = extentOf(id)
    if (extent === undefined) return false
    await copyExtent(join(path, BLOBS_FOLDER, extent.path), extent.range, target, 0)
    return true
  }
}

/** Opens the stores below a folder, which other processes may be using. */
export async function openStoresIn(path: string, bufferBytes: number): Promise<Pick<IdleStores, 'metadata' | 'blobs'>> {
  await requireMetadata(path)
  const metadata = await openLocalMetadataStore({ folder: join(path, METADATA_FOLDER), readsAll: true })
  try {
    // A new incarnation, as for every use of the store; nothing is written under it.
    const incarnation = randomBytes(8).toString('hex')
    return { metadata, blobs: await openLocalBlobStore({ folder: join(path, BLOBS_FOLDER), incarnation, bufferBytes }) }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

/** Checks that a folder is a data folder. Throws Failure `folderMissing` if no server has ever used the folder. */
export async function requireDataFolder(path: string): Promise<void> {
  try {
    await access(join(path, FORMAT_FILE))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new Failure('folderMissing', { folder: path })
    throw folderFailure(error, path)
  }
}

/** Blobs without the metadata that name them: an empty metadata file would make all of them orphans. */
async function requireMetadata(path: string): Promise<void> {
  const file = join(path, METADATA_FOLDER, METADATA_FILE)
  const [isThere, blobs] = await Promise.all([
    access(file).then(
      () => true,
      () => false,
    ),
    readdir(join(path, BLOBS_FOLDER)).catch(() => []),
  ])
  if (!isThere && blobs.length > 0) throw new Failure('fileDamaged', { file })
}
