/** Processes images: reads the source and the logos that the process names, and returns the result. */
import {
  ImageFault,
  type ImageProcessor,
  type ImageResult,
  ImagesBusy,
  ImagesUnavailable,
  type ImageWork,
  isImageProcess,
  PROCESS_LENGTH_MAX,
  parseProcess,
  SOURCE_BYTES_MAX,
} from '@bindery/imaging'
import { isImageFault, OssError, objectKey } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import { findStyles } from '../../domain/buckets/styles.js'
import { takeAll } from '../../domain/bytes/sources.js'
import type { Domain } from '../../domain/domain.js'
import { type OpenObject, openObject } from '../../domain/objects/open-object.js'
import { findDirectRead, requireReadable } from '../../domain/objects/restore.js'
import type { Scope } from '../../domain/scope.js'
import type { BucketRecord, ObjectName } from '../../domain/stored/model.js'

/** The part of a call that is needed to process an image of its bucket. */
interface Processing {
  readonly domain: Domain
  readonly scope: Scope
  readonly bucket: BucketRecord
  /** Undefined: this server processes no images. */
  readonly images: ImageProcessor | undefined
  /** The wire name of the field that holds a process. */
  nameOf(field: 'process'): string
  /** Allows reading another object of the bucket, a logo. */
  authoriseRead(name: ObjectName): Awaitable<unknown>
  /** Throws sourceProtected where the requester may see an object of the bucket by styles alone. */
  requireShown(name: ObjectName): Awaitable<void>
}

/**
 * Processes an image of the call's bucket. Throws headerNotImplemented for a process that is not of images, and the
 * causes of images.
 */
export async function processImage(call: Processing, asked: string, source: OpenObject): Promise<ImageResult> {
  if (asked.length > PROCESS_LENGTH_MAX) throw new OssError('imageProcessTooLong')
  const wanted = await resolveStyle(call, asked)
  if (!isImageProcess(wanted)) throw new OssError('headerNotImplemented', { header: call.nameOf('process') })
  const { images } = call
  if (images === undefined) throw new OssError('imagesUnavailable')
  return asOssErrors(async () => {
    const actions = parseProcess(wanted)
    const logoKeys = actions.flatMap((one) => (one.name === 'watermark' && one.logo ? [one.logo.key] : []))
    const load = async (): Promise<ImageWork> => {
      const logos: Uint8Array[] = []
      for (const key of logoKeys) logos.push(await readLogo(call, key, wanted !== asked))
      return { source: await readWhole(source), actions, logos }
    }
    return images.process(load)
  })
}

/** `style/NAME` stands for what the bucket keeps under the name. Throws noSuchStyle. */
async function resolveStyle({ domain, bucket }: Processing, asked: string): Promise<string> {
  if (!/^style(?:\/|$)/.test(asked)) return asked
  const name = asked.slice('style/'.length)
  const style = (await findStyles(domain, bucket.name)).find((one) => one.name === name)
  if (style === undefined) throw new OssError('noSuchStyle')
  return style.content
}

async function readWhole({ record, read }: OpenObject): Promise<Uint8Array> {
  if (record.size > SOURCE_BYTES_MAX) throw new ImageFault('SourceTooLarge', '', String(SOURCE_BYTES_MAX))
  return takeAll(read(), record.size)
}

/** `isStyle`: the owner of the bucket chose the logo. */
async function readLogo(call: Processing, sent: string, isStyle: boolean): Promise<Uint8Array> {
  const { domain, scope, bucket } = call
  const name = { bucket: bucket.name, key: objectKey(sent) }
  await call.authoriseRead(name)
  if (!isStyle) await call.requireShown(name)
  try {
    const logo = await openObject(domain, scope, name)
    requireReadable(logo.record, domain.clock, await findDirectRead(domain, bucket))
    return await readWhole(logo)
  } catch (error) {
    if (error instanceof OssError && error.reason === 'noSuchKey') throw new ImageFault('LogoMissing', 'image', sent)
    throw error
  }
}

/** Runs what may throw faults of images, as errors of the wire. */
export async function asOssErrors<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (thrown) {
    if (thrown instanceof ImagesBusy) throw new OssError('imagesBusy', {}, { cause: thrown })
    if (thrown instanceof ImagesUnavailable) throw new OssError('imagesUnavailable', {}, { cause: thrown })
    if (!(thrown instanceof ImageFault) || !isImageFault(thrown.fault)) throw thrown
    const { fault, parameter, value } = thrown
    throw new OssError(`image${fault}`, { parameter, value }, { cause: thrown })
  }
}
