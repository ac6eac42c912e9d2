import { randomBytes } from 'node:crypto'
import { createSealer } from '@bindery/encryption'
import { sealSignInLink } from '@bindery/service'
import { masterKeysIn } from '../encryption/master-keys.js'

/** The URL that signs the holder of a key in to the console, once. `masterKeys` as text; `madeAt` in milliseconds since 1970. */
export function signInUrl(
  endpoint: string,
  { masterKeys, accessKeyId, madeAt }: { masterKeys: string; accessKeyId: string; madeAt: number },
): string {
  const sealer = createSealer(masterKeysIn(masterKeys), randomBytes)
  const link = sealSignInLink(sealer, { accessKeyId, madeAt, nonce: randomBytes(12).toString('hex') })
  return `${endpoint}/-/console/#k=${link}`
}
