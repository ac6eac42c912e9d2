import type { BucketName, ObjectKey } from '@bindery/protocol'
import { bigIntOf, isText, jsonCodec } from '../codec.js'
import { isId } from '../ids.js'
import type { AutoComplete, AutoCompleteRecord, UploadRecord, Whole } from '../model.js'
import { packEncryption, type StoredEncryption, unpackEncryption } from './encryption.js'

interface UploadNames {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly uploadId: string
}

interface StoredAutoComplete {
  readonly autoComplete?: Whole & Pick<AutoComplete, 'forbidOverwrite'> & { readonly crc64?: string }
}

/** Without the names in the key. */
type StoredUpload = Omit<UploadRecord, keyof UploadNames | 'autoComplete' | 'encryption'> &
  StoredAutoComplete &
  StoredEncryption

/** The codec of uploads; bucket, key and upload id are in the key. */
export const uploadCodec = jsonCodec<UploadRecord, UploadNames>({
  version: 1,
  pack: (record): StoredUpload => {
    const { bucket: _b, key: _k, uploadId: _u, autoComplete, encryption: _e, ...stored } = record
    return { ...stored, ...packAutoComplete(autoComplete), ...packEncryption(record) }
  },
  unpack: (value, { bucket, key, uploadId }) => {
    const stored = value as StoredUpload
    const decoded = { ...stored, ...unpackAutoComplete(stored), ...unpackEncryption(stored) }
    return { ...decoded, bucket, key, uploadId } as UploadRecord
  },
  isSound: ({ uploadId, owner, initiator, storageClass }) =>
    isId(uploadId) && isText(owner) && isText(initiator) && isText(storageClass),
})

function packAutoComplete(autoComplete: AutoComplete | undefined): StoredAutoComplete {
  if (autoComplete === undefined) return {}
  const { crc64, ...rest } = autoComplete
  return { autoComplete: crc64 === undefined ? rest : { ...autoComplete, crc64: crc64.toString() } }
}

function unpackAutoComplete({ autoComplete }: StoredAutoComplete): { readonly autoComplete?: AutoComplete } {
  if (autoComplete === undefined) return {}
  const { crc64, ...rest } = autoComplete
  return { autoComplete: crc64 === undefined ? rest : { ...autoComplete, crc64: bigIntOf(crc64) } }
}

/** The codec of the state of uploads that complete themselves. */
export const autoCompleteCodec = jsonCodec<AutoCompleteRecord, UploadNames>({
  version: 1,
  isSound: ({ failure }, { uploadId }) => isId(uploadId) && (failure === undefined || isText(failure.code)),
})
