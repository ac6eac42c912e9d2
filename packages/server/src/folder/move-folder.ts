/** A data folder or a backup as the source and the target of a move. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { formatKeyRing, parseKeyRing, parseMasterKeys } from '@bindery/encryption'
import type { MetadataStore, MovableBlobs } from '@bindery/storage'
import {
  openLocalBlobStore,
  openLocalMetadataStore,
  openSharedMetadataStore,
  systemFiles,
} from '@bindery/storage-local'
import { Failure, systemCode } from '../failure.js'
import { MOVE_BUFFER_BYTES, type MovedSecrets, type MoveSource, type MoveTarget } from '../move-place.js'
import { MARKER_FILE, prepareTarget, readMarker, writeMarker } from './backup-marker.js'
import {
  BLOBS_FOLDER,
  FOLDER_FORMAT,
  METADATA_FOLDER,
  readFormat,
  requireReadable,
  writeFormat,
} from './data-folder.js'
import { requireDataFolder } from './data-stores.js'
import { writeDurably } from './durable-file.js'
import { folderFailure } from './folder-failure.js'
import { freezeFolder } from './freeze.js'
import { holdFolder } from './hold.js'
import { readKeyRing, writeKeyRing } from './key-ring-file.js'
import { lockFolder } from './lock.js'
import { masterKeysOfFolder, writeMasterKeys } from './master-keys.js'
import { requireRootKey } from './read-root-key.js'
import { keepRootKey } from './root-key.js'

/**
 * A data folder that a server may be using. `masterKeys` are those that its server is given from outside. Throws Failure `folderMissing`,
 * `formatNewer`, `layoutOther`, `fileDamaged`, `folderForbidden`.
 */
export async function openFolderSource(name: string, masterKeys?: string): Promise<MoveSource> {
  const path = resolve(name)
  await requireDataFolder(path)
  try {
    await readFormat(path)
    const hold = await holdFolder(path)
    const { metadata, blobs } = await openToRead(path).catch(async (error) => {
      await hold.release()
      throw error
    })
    return {
      location: path,
      metadata,
      blobs,
      secrets: await secretsOf(path, masterKeys),
      freeze: (to) => freezeFolder(path, to),
      async close() {
        await blobs.close()
        await metadata.close()
        await hold.release()
      },
    }
  } catch (error) {
    throw folderFailure(error, path)
  }
}

/** A finished backup. Throws Failure `backupUnfinished`, `formatNewer`, `layoutOther`, `fileDamaged`, `folderForbidden`. */
export async function openBackupSource(name: string, masterKeys?: string): Promise<MoveSource> {
  const path = resolve(name)
  const marker = await readMarker(path)
  if (marker?.state !== 'finished') throw new Failure('backupUnfinished', { folder: path })
  requireReadable(path, marker)
  const { metadata, blobs } = await openToRead(path).catch((error) => {
    throw folderFailure(error, path)
  })
  return {
    location: path,
    metadata,
    blobs,
    secrets: await secretsOf(path, masterKeys),
    // nothing writes into a backup
    freeze: async () => {},
    async close() {
      await blobs.close()
      await metadata.close()
    },
  }
}

async function openToRead(path: string): Promise<{ metadata: MetadataStore; blobs: MovableBlobs }> {
  const send = async () => {
    throw new TypeError('nothing is written into a source')
  }
  const metadata = await openSharedMetadataStore({ folder: join(path, METADATA_FOLDER), send })
  try {
    return { metadata, blobs: await blobsIn(path) }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

function blobsIn(path: string): Promise<MovableBlobs> {
  // nothing is written under this incarnation
  const incarnation = randomBytes(8).toString('hex')
  return openLocalBlobStore({ folder: join(path, BLOBS_FOLDER), incarnation, bufferBytes: MOVE_BUFFER_BYTES })
}

const CALLBACK_KEY_FILE = 'callback-key.pem'

async function secretsOf(path: string, given: string | undefined): Promise<MovedSecrets> {
  const kept = await masterKeysOfFolder(path)
  const ring = await readKeyRing(path)
  return {
    masterKeys: kept.length > 0 ? kept : (parseMasterKeys(given ?? '') ?? []),
    rootKey: await requireRootKey(path).catch((error) => {
      if (error instanceof Failure && error.kind === 'adminKeyMissing') return undefined
      throw error
    }),
    callbackKey: await readFile(join(path, CALLBACK_KEY_FILE), 'utf8').catch((error) => {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }),
    keyRing: ring && formatKeyRing(ring),
  }
}

/** The use of a folder that was filled. */
export type FolderUse = 'data' | 'backup'

/** A folder to fill. Throws Failure `targetNotEmpty`, `folderLocked`, `folderForbidden`, `diskFull`. */
export async function openFolderTarget(name: string, use: FolderUse): Promise<MoveTarget> {
  const path = resolve(name)
  const begunAt = new Date().toISOString()
  try {
    await prepareTarget(path)
    await writeMarker(path, { state: 'unfinished', ...FOLDER_FORMAT, begunAt })
    const lock = await lockFolder(path)
    const metadataFolder = join(path, METADATA_FOLDER)
    await mkdir(metadataFolder, { recursive: true, mode: 0o700 })
    const metadata = await openLocalMetadataStore({ folder: metadataFolder })
    const blobs = await blobsIn(path)
    return {
      location: path,
      metadata,
      blobs,
      keep: (secrets) => keepSecrets(path, secrets),
      async finish() {
        if (use === 'backup') await writeMarker(path, { state: 'finished', ...FOLDER_FORMAT, begunAt })
        else {
          await writeFormat(path, FOLDER_FORMAT)
          await rm(join(path, MARKER_FILE))
          await systemFiles.syncFolder(path)
        }
      },
      async close() {
        await blobs.close()
        await metadata.close()
        await lock.release()
      },
    }
  } catch (error) {
    throw folderFailure(error, path)
  }
}

async function keepSecrets(path: string, { masterKeys, rootKey, callbackKey, keyRing }: MovedSecrets): Promise<void> {
  await writeMasterKeys(path, masterKeys)
  if (rootKey !== undefined) await keepRootKey(path, rootKey)
  if (callbackKey !== undefined) await writeDurably(join(path, CALLBACK_KEY_FILE), callbackKey, 0o600)
  const ring = keyRing === undefined ? undefined : parseKeyRing(keyRing)
  if (ring !== undefined) await writeKeyRing(path, ring)
}
