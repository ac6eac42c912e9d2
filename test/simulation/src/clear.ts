import type { StartedService } from '@bindery/service/testing'
import type { Names } from './names.js'
import { perform } from './perform.js'
import { ALL_BUCKETS, type Answer, type Place, VERSIONED_BUCKET, type VersionSymbol } from './steps.js'

/** Deletes all objects and versions, and aborts all uploads, including those whose ids were never answered. */
export async function clear(started: StartedService, names: Names): Promise<void> {
  const remove = (place: Place, version: VersionSymbol | undefined): Promise<Answer> =>
    perform(started, { kind: 'delete', place, version, handle: '' }, names)
  for (const bucket of ALL_BUCKETS) {
    const query = { bucket, prefix: '', delimiter: '', marker: '', max: 100 }
    const uploads = await perform(started, { kind: 'listUploads', after: undefined, ...query }, names)
    const objects =
      bucket === VERSIONED_BUCKET
        ? 'lost'
        : await perform(started, { kind: 'listObjects', version: 2, ...query }, names)
    for (const { key, upload: id } of entriesOf(uploads)) {
      names.learnUpload('found', String(id))
      await perform(started, { kind: 'abort', place: `${bucket}/${key}`, upload: 'found' }, names)
    }
    for (const { key } of entriesOf(objects)) await remove(`${bucket}/${key}`, undefined)
  }
  const query = { bucket: VERSIONED_BUCKET, prefix: '', delimiter: '', marker: '', max: 100 }
  for (const { key, version } of entriesOf(await perform(started, { kind: 'listVersions', ...query }, names))) {
    names.learnVersion('^found', String(version))
    await remove(`${VERSIONED_BUCKET}/${key}`, version === 'null' ? 'null' : '^found')
  }
}

interface Listed {
  readonly key?: unknown
  readonly upload?: unknown
  readonly version?: unknown
}

function entriesOf(answer: Answer): Listed[] {
  return answer === 'lost' ? [] : ((answer.pages as Listed[][] | undefined) ?? []).flat()
}
