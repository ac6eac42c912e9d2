import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readBeats } from '@bindery/service'
import type { MetadataStore } from '@bindery/storage'
import { openPostgresMetadataStore } from '@bindery/storage-postgres'
import type { Config } from '../config.js'
import type { IdleStores } from '../deployment.js'
import { Failure } from '../failure.js'
import { openQuarantine, QUARANTINE_FOLDER } from '../quarantine.js'
import { gatewayBlobs, gatewayFailure, gatewayPlaces } from './gateway-deployment.js'
import { keepBlob } from './keep-blob.js'
import { withoutPassword } from './places.js'

/** Two looks this far apart see any gateway that runs: the numbers of its tasks, or those of another one, change. */
const WATCH_MS = 8_000

/** The stores of a cluster whose gateways have stopped. Throws Failure `clusterInUse`, and as `openGatewayDeployment`. */
export async function openIdleCluster(config: Config, bufferBytes: number): Promise<IdleStores> {
  const places = gatewayPlaces(config)
  const { metadata: url } = places
  const place = withoutPassword(url)
  const incarnation = randomBytes(8).toString('hex')
  try {
    const metadata = await openPostgresMetadataStore({ url, session: incarnation })
    try {
      await requireIdle(metadata, place)
      const blobs = await gatewayBlobs(places, { incarnation, bufferBytes, reserveBytes: 0 })
      const close = async () => {
        await blobs.close()
        await metadata.close()
      }
      const location = `${place} · ${places.blobs}`
      // a cluster has no folder: what a repair removes is kept where it is run
      const quarantine = openQuarantine(resolve('.'), blobs, (id, path) => keepBlob(blobs, id, path))
      return { location, metadata, blobs, quarantine, quarantineLocation: resolve(QUARANTINE_FOLDER), close }
    } catch (error) {
      await metadata.close()
      throw error
    }
  } catch (error) {
    throw gatewayFailure(error, places)
  }
}

/** Throws Failure `clusterInUse` if a gateway of a cluster runs. */
export async function requireIdle(metadata: MetadataStore, place: string): Promise<void> {
  const before = await readBeats(metadata)
  if (before === '') return
  await sleep(WATCH_MS)
  if ((await readBeats(metadata)) !== before) throw new Failure('clusterInUse', { place })
}
