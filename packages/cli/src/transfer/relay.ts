import { type Client, type ObjectInfo, type ObjectOptions, OssError, type RandomAccessSource } from '@bindery/client'
import { operations } from '@bindery/protocol'
import type { Address } from '../objects/address.js'
import { call } from '../objects/call.js'
import { overSource } from '../objects/object-options.js'
import { tagsIn } from '../objects/tags.js'

/** An object of another server, as the source of an upload. */
export interface RemoteSource {
  readonly source: RandomAccessSource
  readonly info: ObjectInfo
  /** The properties of the object, and those that replace some of them. */
  readonly options: ObjectOptions
}

/** Opens an object for an upload to another server. Its bytes pass through this machine, part by part. Throws OssError. */
export async function remoteSource(
  client: Client,
  { bucket, key, versionId }: Address & { readonly versionId?: string },
  options: ObjectOptions,
): Promise<RemoteSource> {
  const version = versionId === undefined ? {} : { versionId }
  const info = await client.head(key, { bucket, ...version })
  const identity = [client.requester.address.endpoint, bucket, key, info.versionId, info.etag, info.crc64].join(' ')
  const source: RandomAccessSource = {
    size: info.size,
    read: (start, end) => client.stream({ bucket, key, ...version, range: { start, end } }),
    fingerprint: async () => identity,
    async checkUnchanged() {
      const { etag } = await client.head(key, { bucket, ...version })
      if (etag !== info.etag) throw new OssError({ code: 'SourceChanged', message: `oss://${bucket}/${key}` })
    },
  }
  const hasTags = Number(info.headers['x-oss-tagging-count'] ?? 0) > 0
  const tags =
    hasTags && options.tags === undefined ? tagsIn(await tagsOf(client, { bucket, key }, version)) : undefined
  return { source, info, options: { ...overSource(info, options), ...(tags === undefined ? {} : { tags }) } }
}

function tagsOf(client: Client, address: Address, input: { readonly versionId?: string }) {
  return call(client, operations.GetObjectTagging, address, { input })
}
