import { type DatabaseState, prepareDatabase, raiseFloor, readDatabaseState } from '@bindery/storage-postgres'
import type { Config } from '../config.js'
import { gatewayFailure, gatewayPlaces } from './gateway-deployment.js'
import { withoutPassword } from './places.js'

/** The schema of a cluster's database. */
export interface ClusterSchema extends DatabaseState {
  /** For people: the database without its password. */
  readonly place: string
}

/** As `readClusterSchema`. */
export function readSchema(config: Config): Promise<ClusterSchema> {
  return withDatabase(config, async () => {})
}

/** As `upgradeCluster`. */
export function raiseSchema(config: Config, finish: boolean): Promise<ClusterSchema> {
  return withDatabase(config, async (url) => {
    await prepareDatabase(url, { migrate: true, isUnfinished: true })
    if (finish) await raiseFloor(url)
  })
}

async function withDatabase(config: Config, change: (url: string) => Promise<void>): Promise<ClusterSchema> {
  const places = gatewayPlaces(config)
  try {
    await change(places.metadata)
    return { place: withoutPassword(places.metadata), ...(await readDatabaseState(places.metadata)) }
  } catch (error) {
    throw gatewayFailure(error, places)
  }
}
