import { resolve } from 'node:path'
import { masterKeysIn } from '../encryption/master-keys.js'
import { KEY_BUFFER_BYTES, type KeyHome } from '../key-home.js'
import { openDataStores, requireDataFolder } from './data-stores.js'
import { keptKeyRing, writeKeyRing } from './key-ring-file.js'
import { keptMasterKeys, masterKeysOfFolder, writeMasterKeys } from './master-keys.js'

/** The keys of a data folder. `given` are master keys from outside. Throws Failure `folderMissing`, `fileDamaged`, `masterKeysInvalid`. */
export async function openFolderKeys(folder: string, given: string | undefined): Promise<KeyHome> {
  const path = resolve(folder)
  await requireDataFolder(path)
  const masters = masterKeysIn(await keptMasterKeys(path, given))
  return {
    location: path,
    masters,
    kept: await masterKeysOfFolder(path),
    ring: () => keptKeyRing(path, masters[0]),
    writeRing: (ring) => writeKeyRing(path, ring),
    async writeKept(keys) {
      await writeMasterKeys(path, keys)
    },
    openStores: () => openDataStores(path, KEY_BUFFER_BYTES),
    // the other secrets of a folder are files that only its owner can read
    reseal: async () => {},
    close: async () => {},
  }
}
