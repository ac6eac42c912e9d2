import { base64, utf8Bytes } from '@bindery/bytes'
import { RamError } from '@bindery/protocol'
import { secretContext } from '../access/ram-keys.js'
import type { Domain } from '../domain/domain.js'
import type { NewAccessKey } from '../domain/ram/access-keys.js'
import { newAccessKeyId, newSecret } from '../domain/ram/names.js'
import type { Sealer } from '../options.js'
import { shownKey } from './shown.js'

/** A key that is about to be created: its secret is stored sealed, and shown once. */
export interface SealedKey extends NewAccessKey {
  readonly accessKeySecret: string
}

/** Generates an access key and seals its secret. Throws requestInvalid where the server keeps no keys. */
export function sealedKey(domain: Domain, sealer: Sealer | undefined): SealedKey {
  if (sealer === undefined) throw new RamError('requestInvalid', { reason: 'This server keeps no access keys.' })
  const accessKeyId = newAccessKeyId(domain)
  const accessKeySecret = newSecret(domain)
  const secret = base64(sealer.seal(utf8Bytes(accessKeySecret), secretContext(accessKeyId)))
  return { accessKeyId, accessKeySecret, secret }
}

/** A new key with its secret: the only answer that contains it. */
export function shownNewKey({ accessKeyId, accessKeySecret }: SealedKey, createdAt: number) {
  const { LastUsedDate: _, ...shown } = shownKey({ accessKeyId, enabled: true, createdAt })
  return { ...shown, AccessKeySecret: accessKeySecret }
}
