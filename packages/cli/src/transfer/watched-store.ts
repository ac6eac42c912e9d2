import { type Checkpoint, type CheckpointStore, OssError } from '@bindery/client'
import { type Address, addressText } from '../objects/address.js'

/** An upload of a file to a key. */
export interface UploadOfFile {
  /** An absolute path. */
  readonly file: string
  readonly bucket: string
  readonly key: string
  readonly endpoint: string
}

/** Called with the upload whose parts are not used, because its file has changed. */
export type OnChanged = (upload: Checkpoint) => void

/**
 * The checkpoints of one upload. The client looks for the checkpoint of the file as it is now; where there is only one of the
 * file as it was, `onChanged` reports it. With `isRequired` an upload that cannot continue throws OssError NothingToResume.
 */
export function watchedStore(
  store: CheckpointStore,
  upload: UploadOfFile,
  { onChanged, isRequired }: { readonly onChanged: OnChanged; readonly isRequired: boolean },
): CheckpointStore {
  return {
    ...store,
    async get(id) {
      const known = await store.get(id)
      if (known !== undefined) return known
      for await (const other of store.list()) if (isOf(other, upload)) onChanged(other)
      if (!isRequired) return undefined
      throw new OssError({ code: 'NothingToResume', message: `${upload.file} → oss://${upload.bucket}/${upload.key}` })
    },
  }
}

/** The checkpoints of a copy that fails where it cannot continue: OssError NothingToResume. */
export function requiring(store: CheckpointStore, from: Address, to: Address): CheckpointStore {
  return {
    ...store,
    async get(id) {
      const known = await store.get(id)
      if (known !== undefined) return known
      throw new OssError({ code: 'NothingToResume', message: `${addressText(from)} → ${addressText(to)}` })
    },
  }
}

function isOf({ path, bucket, key, endpoint }: Checkpoint, upload: UploadOfFile): boolean {
  return path === upload.file && bucket === upload.bucket && key === upload.key && endpoint === upload.endpoint
}
