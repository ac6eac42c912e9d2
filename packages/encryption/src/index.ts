export { createBlobCipher, DATA_KEY_BYTES } from './blob-cipher.js'
export {
  formatKeyRing,
  type Ingredients,
  KeyRing,
  type KeyState,
  openVersion,
  parseKeyRing,
  type RingKey,
  type RingKeyVersion,
} from './key-ring.js'
export { formatMasterKeys, MASTER_KEY_BYTES, type MasterKey, masterKeyOf, parseMasterKeys } from './master-key.js'
export { createKeyRenewal, type KeyRenewal } from './renewing.js'
export { createSealer, type Sealer } from './sealing.js'
export { availableCiphers, type CipherName } from './text-cipher.js'
export { keyContext, masterKeyIdOf, SALT_BYTES, unwrapKey, wrapKey } from './wrapping.js'
