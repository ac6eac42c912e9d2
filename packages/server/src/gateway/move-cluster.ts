/** A cluster as the source and the target of a move. */
import { randomBytes } from 'node:crypto'
import { hasStoredRows } from '@bindery/service'
import type { MetadataStore, MovableBlobs } from '@bindery/storage'
import {
  beginFilling,
  endFilling,
  freezeDatabase,
  openHeldSnapshot,
  openPostgresMetadataStore,
  openSharedSecrets,
  prepareDatabase,
  readDatabaseState,
  thawDatabase,
} from '@bindery/storage-postgres'
import type { Config } from '../config.js'
import type { GatewayPlaces } from '../deployment.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { Failure } from '../failure.js'
import { createLog } from '../log.js'
import { MOVE_BUFFER_BYTES, type MoveSource, type MoveSourceOptions, type MoveTarget } from '../move-place.js'
import { Member } from '../processes/member.js'
import { gatewayBlobs, gatewayFailure, gatewayPlaces } from './gateway-deployment.js'
import { requireIdle } from './idle-cluster.js'
import { withoutPassword } from './places.js'
import { SharedKeys } from './shared-keys.js'

/**
 * A cluster that gateways may be using. It becomes a member of it that may use anything, so nothing is freed. Throws as
 * `openGatewayDeployment`.
 */
export function openClusterSource(config: Config, { atOneMoment }: MoveSourceOptions): Promise<MoveSource> {
  const places = gatewayPlaces(config)
  return withFailures(places, async () => {
    const { metadata, blobs, close } = await openStores(places, false)
    try {
      const { frozen } = await readDatabaseState(places.metadata)
      // where nothing is committed, nothing is freed either
      const member = frozen === undefined ? await joinAsCopier(metadata, blobs.incarnation) : undefined
      const snapshot = atOneMoment ? await openHeldSnapshot(places.metadata) : undefined
      const keys = await withKeys(places, (shared) => shared.all())
      return {
        location: locationOf(places),
        metadata: snapshot?.reader ?? metadata,
        blobs,
        secrets: { masterKeys: masterKeysIn(places.masterKeys), ...keys },
        freeze: (to) => freezeDatabase(places.metadata, to),
        async close() {
          await snapshot?.close()
          await member?.leave().catch(() => {})
          await close()
        },
      }
    } catch (error) {
      await close()
      throw error
    }
  })
}

/** Lets the gateways of a cluster write again. */
export function thawCluster(config: Config): Promise<void> {
  const places = gatewayPlaces(config)
  return withFailures(places, () => thawDatabase(places.metadata))
}

/** An empty cluster to fill, or one whose filling was interrupted. Throws Failure `targetNotEmpty`, `clusterInUse`, and as `openGatewayDeployment`. */
export function openClusterTarget(config: Config, from: string): Promise<MoveTarget> {
  const places = gatewayPlaces(config)
  const location = locationOf(places)
  return withFailures(places, async () => {
    await prepareDatabase(places.metadata, { isUnfinished: true })
    const { unfinished } = await readDatabaseState(places.metadata)
    const { metadata, blobs, close } = await openStores(places, true)
    try {
      if (unfinished === undefined) {
        await requireIdle(metadata, withoutPassword(places.metadata))
        if ((await hasStoredRows(metadata)) || (await hasBlobs(blobs))) {
          throw new Failure('targetNotEmpty', { folder: location })
        }
        await beginFilling(places.metadata, from)
      } else if (unfinished !== from) throw new Failure('targetOther', { place: location, source: unfinished })
    } catch (error) {
      await close()
      throw error
    }
    return {
      location,
      metadata,
      blobs,
      keep: async ({ masterKeys, ...secrets }) => {
        const known = new Set(masterKeysIn(places.masterKeys).map(({ id }) => id))
        const lacking = masterKeys.filter(({ id }) => !known.has(id))
        if (lacking.length > 0) throw new Failure('masterKeysLacking', { place: location, source: from })
        await withKeys(places, (shared) => shared.replaceAll(secrets))
      },
      finish: () => endFilling(places.metadata),
      close,
    }
  })
}

const locationOf = ({ metadata, blobs }: GatewayPlaces): string => `${withoutPassword(metadata)} · ${blobs}`

async function openStores(places: GatewayPlaces, isUnfinished: boolean) {
  const incarnation = randomBytes(8).toString('hex')
  const metadata = await openPostgresMetadataStore({ url: places.metadata, session: incarnation, isUnfinished })
  try {
    const options = { incarnation, bufferBytes: MOVE_BUFFER_BYTES, reserveBytes: 0 }
    const blobs = await gatewayBlobs(places, options)
    const close = async (): Promise<void> => {
      await blobs.close()
      await metadata.close()
    }
    return { metadata, blobs, close }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

function joinAsCopier(metadata: MetadataStore, incarnation: string): Promise<Member> {
  const log = createLog('error', { readable: false })
  return Member.join({ metadata, incarnation, copiesStores: true, log })
}

async function hasBlobs(blobs: MovableBlobs): Promise<boolean> {
  for await (const _ of blobs.list()) return true
  return false
}

async function withKeys<T>(places: GatewayPlaces, work: (keys: SharedKeys) => Promise<T>): Promise<T> {
  const secrets = openSharedSecrets(places.metadata)
  try {
    const place = withoutPassword(places.metadata)
    return await work(new SharedKeys(secrets, masterKeysIn(places.masterKeys), place))
  } finally {
    await secrets.close()
  }
}

async function withFailures<T>(places: GatewayPlaces, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw gatewayFailure(error, places)
  }
}
