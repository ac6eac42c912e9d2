import path from 'node:path'
import { fileStore } from '@bindery/client'
import { bytesOf, numberOf, oneOf } from '../objects/arguments.js'
import type { TransferOptions } from './transfer-item.js'

/** The flags with values of the commands that transfer objects. */
export const TRANSFER_VALUED = [
  'part-size',
  'parallel',
  'jobs',
  'bigfile-threshold',
  'bandwidth-limit',
  'content-type',
  'resume',
  'checkpoint-dir',
] as const

type Values = ReadonlyMap<(typeof TRANSFER_VALUED)[number] | (string & {}), string>

/** Files at a time. */
const DEFAULT_JOBS = 5

/** The files at a time. Throws Failure `valueInvalid`. */
export function jobsOf(values: Values): number {
  return numberOf('--jobs', values.get('jobs'), 1, 64) ?? DEFAULT_JOBS
}

/** Throws Failure `valueInvalid`. */
export function transferOptionsOf(values: Values, noOverwrite: boolean): Omit<TransferOptions, 'onChanged'> {
  const partSize = bytesOf('--part-size', values.get('part-size'))
  const parallel = numberOf('--parallel', values.get('parallel'), 1, 64)
  const multipartThreshold = bytesOf('--bigfile-threshold', values.get('bigfile-threshold'))
  const bytesPerSecond = bytesOf('--bandwidth-limit', values.get('bandwidth-limit'))
  const contentType = values.get('content-type')
  const folder = values.get('checkpoint-dir')
  return {
    noOverwrite,
    resume: oneOf('--resume', values.get('resume'), ['auto', 'never', 'require']) ?? 'auto',
    checkpoints: folder === undefined ? fileStore() : fileStore(path.resolve(folder)),
    ...(partSize === undefined ? {} : { partSize }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(multipartThreshold === undefined ? {} : { multipartThreshold }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(contentType === undefined ? {} : { contentType }),
  }
}
