/** Objects that have the key of an upload. Loaded where they are not just replaced. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { ObjectInfo } from '../types/object.js'
import type { OnExists } from '../types/upload.js'
import type { Checksum } from '../wire/checksum.js'
import type { RequestHooks } from '../wire/multipart.js'
import { headObject, type ObjectTarget } from '../wire/objects.js'
import type { Requester } from '../wire/requester.js'
import { checksumOf } from './part-body.js'
import type { OpenedSource } from './source.js'

/** The object that makes the upload unnecessary; undefined where it is to be sent. Throws ObjectExists. */
export async function existing(
  requester: Requester,
  target: ObjectTarget & { readonly onExists?: OnExists },
  opened: OpenedSource,
  checksum: Checksum,
  hooks: RequestHooks,
): Promise<ObjectInfo | undefined> {
  const { onExists = 'overwrite', key } = target
  const info = await headObject(requester, target, hooks).catch((error: unknown) => {
    if (error instanceof OssError && error.status === 404) return undefined
    throw error
  })
  if (info === undefined) return undefined
  const decision = typeof onExists === 'function' ? await onExists(info) : onExists
  if (decision === 'fail') throw exists(key)
  if (decision === 'overwrite') return undefined
  return decision === 'skip' || (await isSame(opened, info, checksum)) ? info : undefined
}

async function isSame(opened: OpenedSource, { size, crc64 }: ObjectInfo, checksum: Checksum): Promise<boolean> {
  if (opened.kind !== 'random' || opened.source.size !== size || crc64 === undefined) return false
  return String(await checksumOf(opened.source.read(0, size, true), checksum)) === crc64
}

function exists(key: string): OssError {
  return new OssError({ code: CLIENT_CODES.exists, status: 409, message: `The object ${key} exists already.` })
}
