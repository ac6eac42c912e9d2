import { openSharedSecrets, prepareDatabase } from '@bindery/storage-postgres'
import type { Config } from '../config.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { KEY_BUFFER_BYTES, type KeyHome } from '../key-home.js'
import { gatewayFailure, gatewayPlaces } from './gateway-deployment.js'
import { openIdleCluster } from './idle-cluster.js'
import { withoutPassword } from './places.js'
import { SharedKeys } from './shared-keys.js'

/** The keys of a cluster, whose master keys are all given from outside. Throws Failure as `openGatewayDeployment`. */
export async function openClusterKeys(config: Config): Promise<KeyHome> {
  const places = gatewayPlaces(config)
  await prepareDatabase(places.metadata).catch((error) => {
    throw gatewayFailure(error, places)
  })
  const location = withoutPassword(places.metadata)
  const masters = masterKeysIn(places.masterKeys)
  const secrets = openSharedSecrets(places.metadata)
  const keys = new SharedKeys(secrets, masters, location)
  return {
    location,
    masters,
    kept: [],
    async ring() {
      await keys.keepKeyRing()
      return keys.keyRing()
    },
    writeRing: (ring) => keys.writeKeyRing(ring),
    writeKept: undefined,
    openStores: () => openIdleCluster(config, KEY_BUFFER_BYTES),
    reseal: async () => keys.replaceAll(await keys.all()),
    close: () => secrets.close(),
  }
}
