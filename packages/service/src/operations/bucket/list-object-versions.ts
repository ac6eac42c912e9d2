import { badArgument } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { type CallOf, handler } from '../../call.js'
import { type ListedVersion, listVersions, type VersionEntry } from '../../domain/objects/listing-versions.js'
import { versionIdOf } from '../../domain/stored/version-id.js'
import { ownerOf, shownRestore, shownTransition } from '../describe.js'

export const listObjectVersions = handler('ListObjectVersions', (call) => {
  const { encodingType, ...query } = call.input
  const bucket = call.bucket.name
  const { keyMarker, versionIdMarker } = query
  if (versionIdMarker !== undefined && keyMarker === '') {
    throw badArgument('versionMarkerWithoutKey', call.nameOf('versionIdMarker'), versionIdMarker)
  }
  return andThen(listVersions(call.domain, { bucket, ...query }), ({ entries, isTruncated }) => {
    const result = {
      name: bucket,
      ...query,
      versionIdMarker: versionIdMarker ?? '',
      encodingType,
      isTruncated,
      ...(isTruncated && nextMarkers(entries.at(-1))),
      versions: entries.flatMap((entry) => (entry.kind === 'version' ? [listed(call, entry)] : [])),
      commonPrefixes: entries.flatMap((entry) => (entry.kind === 'prefix' ? [{ prefix: entry.prefix }] : [])),
    }
    return { output: {}, result }
  })
})

function nextMarkers(last: VersionEntry | undefined) {
  if (last?.kind === 'version') return { nextKeyMarker: last.key, nextVersionIdMarker: versionIdOf(last.record) }
  return { nextKeyMarker: last?.prefix, nextVersionIdMarker: '' }
}

function listed(call: CallOf<'ListObjectVersions'>, { key, record, isLatest }: ListedVersion) {
  const { modifiedAt, owner } = record
  const common = { key, versionId: versionIdOf(record), isLatest, lastModified: modifiedAt, owner: ownerOf(owner) }
  if ('deleteMarker' in record) return { kind: 'deleteMarker', ...common } as const
  const { type, size, storageClass } = record
  const shown = { restoreInfo: shownRestore(record, call.domain.clock()), transitionTime: shownTransition(record) }
  return { kind: 'version', ...common, etag: call.etagOf(record), type, size, storageClass, ...shown } as const
}
