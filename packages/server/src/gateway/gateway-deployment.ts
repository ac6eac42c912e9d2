import { mkdir, statfs } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseMasterKeys } from '@bindery/encryption'
import { type MovableBlobs, StorageError } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import {
  DatabaseRefused,
  openNotices,
  openPostgresMetadataStore,
  openSharedSecrets,
  type PostgresMetadataStore,
  prepareDatabase,
  readDatabaseState,
} from '@bindery/storage-postgres'
import { openS3BlobStore, parseS3Place, type S3BlobStore, type S3Place } from '@bindery/storage-s3'
import type { Config } from '../config.js'
import type { BlobOptions, Deployment, GatewayPlaces, ProcessDeployment } from '../deployment.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { Failure, systemCode } from '../failure.js'
import { endOnFatal } from '../processes/crash.js'
import { blobStoreMetrics, commitMetrics } from './engine-metrics.js'
import { GatewayCluster } from './gateway-cluster.js'
import { withoutPassword } from './places.js'
import { SharedKeys } from './shared-keys.js'

const MASTER_KEYS_VARIABLE = 'BINDERY_MASTER_KEYS'

/**
 * Opens the database and the blobs that the processes of a cluster share; the first one makes the tables. Throws Failure
 * `masterKeysRequired`, `masterKeysInvalid`, `valueInvalid`, `blobsKeyMissing`, `databaseUnusable`, `masterKeyMissing`.
 */
export async function openGatewayDeployment(config: Config): Promise<Deployment> {
  const places = gatewayPlaces(config)
  const place = withoutPassword(places.metadata)
  const { isNew } = await prepare(places.metadata).catch((error) => {
    throw databaseFailure(error, place)
  })
  const { keys, close, ...inProcess } = openProcess(places)
  return {
    location: `${place} · ${places.blobs}`,
    isNew,
    ...inProcess,
    rootKey: () => keys.rootKey(),
    callbackKey: () => keys.callbackKey(),
    async masterKeys() {
      await keys.keepKeyRing()
      return places.masterKeys
    },
    isBeingCopied: async () => false,
    announce: () => {},
    async supportWorkers() {
      return {
        address: { kind: 'gateway', ...places },
        descriptor: undefined,
        answer: async () => {
          throw new Error('a process of a cluster commits by itself')
        },
        workerEnded: () => {},
        close: async () => {},
      }
    },
    release: close,
  }
}

async function prepare(url: string): Promise<{ readonly isNew: boolean }> {
  const prepared = await prepareDatabase(url)
  const { frozen } = await readDatabaseState(url)
  if (frozen !== undefined) throw new Failure('dataMoved', { place: withoutPassword(url), to: frozen })
  return prepared
}

/** A cluster in a worker process, which is a member of its own. */
export function gatewayInWorker(places: GatewayPlaces): ProcessDeployment {
  return openProcess(places)
}

/** The places that a configuration names. Throws Failure `masterKeysRequired`, `masterKeysInvalid`, `valueInvalid`, `blobsKeyMissing`. */
export function gatewayPlaces(config: Config): GatewayPlaces {
  const { metadata = '', notices, blobs = '', masterKeys } = config
  if (masterKeys === undefined) throw new Failure('masterKeysRequired', { variable: MASTER_KEYS_VARIABLE })
  if (parseMasterKeys(masterKeys) === undefined) {
    throw new Failure('masterKeysInvalid', { variable: MASTER_KEYS_VARIABLE })
  }
  if (!blobs.startsWith('s3:')) return { metadata, notices, blobs: resolve(blobs), masterKeys }
  const { blobsAccessKeyId: accessKeyId, blobsAccessKeySecret: accessKeySecret } = config
  if (accessKeyId === undefined || accessKeySecret === undefined) throw new Failure('blobsKeyMissing', {})
  const places = { metadata, notices, blobs, blobsKey: { accessKeyId, accessKeySecret }, masterKeys }
  if (s3PlaceOf(places) === undefined)
    throw new Failure('valueInvalid', { name: '--blobs', value: blobs, expected: S3_URL })
  return places
}

const S3_URL = 's3://BUCKET/PREFIX?endpoint=https://s3.example&region=REGION'

/** Undefined for a folder. */
function s3PlaceOf({ blobs, blobsKey }: GatewayPlaces): S3Place | undefined {
  return blobsKey === undefined ? undefined : parseS3Place(blobs, blobsKey)
}

interface OpenProcess extends ProcessDeployment {
  readonly keys: SharedKeys
  readonly close: () => Promise<void>
}

function openProcess(places: GatewayPlaces): OpenProcess {
  const { metadata: url, notices = url, blobs, masterKeys } = places
  const place = withoutPassword(url)
  const s3 = s3PlaceOf(places)
  const secrets = openSharedSecrets(url)
  const keys = new SharedKeys(secrets, masterKeysIn(masterKeys), place)
  let store: PostgresMetadataStore | undefined
  let bucket: S3BlobStore | undefined
  return {
    keys,
    close: () => secrets.close(),
    async openMetadata(incarnation) {
      store = await openPostgresMetadataStore({ url, session: incarnation, onFenced: endOnFatal })
      return store
    },
    async openBlobs(options) {
      if (s3 === undefined) return gatewayBlobs(places, options)
      bucket = await openS3BlobStore({ place: s3, ...options })
      return bucket
    },
    measure: () => [...(store ? commitMetrics(store.counts) : []), ...(bucket ? blobStoreMetrics(bucket) : [])],
    join: ({ metadata, incarnation, details, log }) =>
      GatewayCluster.join({
        metadata,
        incarnation,
        details,
        log,
        fence: async (dead) => store?.endSession(dead),
        openChannel: (receivers) => openNotices({ url: notices, ...receivers }),
      }),
    keyRing: () => keys.keyRing(),
    disk: async () => (s3 === undefined ? await diskOf(blobs) : undefined),
    failureOf: (error) => gatewayFailure(error, places),
  }
}

/** Opens the blobs of a cluster. Throws StorageError. */
export async function gatewayBlobs(places: GatewayPlaces, options: BlobOptions): Promise<MovableBlobs> {
  const s3 = s3PlaceOf(places)
  if (s3 !== undefined) return openS3BlobStore({ place: s3, ...options })
  const folder = places.blobs
  await makeFolder(folder)
  return openLocalBlobStore({ folder, ...options })
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** Needed before the blobs are opened, so the first gateway makes the folder here. */
async function diskOf(folder: string) {
  await makeFolder(folder)
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

function databaseFailure(error: unknown, place: string): unknown {
  if (error instanceof DatabaseRefused) return refusalFailure(error, place)
  if (!(error instanceof StorageError)) return error
  const reason = error.cause instanceof Error ? error.cause.message || String(systemCode(error.cause)) : error.message
  return new Failure('databaseUnusable', { place, reason }, { cause: error })
}

function refusalFailure(error: DatabaseRefused, place: string): Failure {
  const { refusal } = error
  switch (refusal.kind) {
    case 'older':
      return new Failure('databaseOlder', { place, ...refusal }, { cause: error })
    case 'floor':
      return new Failure('databaseNewer', { place, ...refusal }, { cause: error })
    case 'unfinished':
      return new Failure('moveUnfinished', { place, ...refusal }, { cause: error })
  }
}

/** The Failure for an error of these stores that the user can act on; any other error is returned unchanged. */
export function gatewayFailure(error: unknown, { metadata, blobs }: GatewayPlaces): unknown {
  switch (systemCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Failure('folderForbidden', { folder: blobs }, { cause: error })
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('diskFull', { folder: blobs }, { cause: error })
    default:
      return databaseFailure(error, withoutPassword(metadata))
  }
}
