import path from 'node:path'
import { fileStore } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import type { TRANSFER_FLAGS } from '../flags.js'
import { bytesOf, numberOf, oneOf, PART_SIZES } from '../objects/arguments.js'
import { objectOptionsOf } from '../objects/object-options.js'
import { bandwidthOf } from './bandwidth.js'
import { OVERWRITE, type Overwrite } from './existing.js'
import type { Jobs } from './run-transfers.js'
import type { TransferOptions } from './transfer-item.js'

/** The flags that every command which transfers objects has. */
type TransferArguments = Pick<Arguments<(typeof TRANSFER_FLAGS)[number]>, 'given' | 'values' | 'flags'>

/** A small file is waited for more than it is worked on. */
const DEFAULT_JOBS: Jobs = { small: 16, large: 5 }
/** Bytes per second that ossutil takes as a limit. */
const KIB = 1024

/** The files at a time. Throws Failure `valueInvalid`. */
export function jobsOf({ values }: Pick<TransferArguments, 'values'>): Jobs {
  const jobs = numberOf('--jobs', values.get('jobs'), 1, 64)
  return jobs === undefined ? DEFAULT_JOBS : { small: jobs, large: jobs }
}

/**
 * What `--overwrite`, and the flags that stand for one of its values, do to targets that exist. Trees are confirmed on a terminal, unless `--yes` is
 * given. Throws Failure `valueInvalid`.
 */
export function overwriteOf(
  { values, flags }: Pick<Arguments<'overwrite' | keyof typeof SHORTHANDS | 'yes' | 'json'>, 'values' | 'flags'>,
  isTree: boolean,
): Overwrite {
  const given = oneOf('--overwrite', values.get('overwrite'), OVERWRITE)
  const hasTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true && !flags.has('json')
  if (given === 'ask' && !hasTerminal) {
    throw new Failure('valueInvalid', {
      name: '--overwrite',
      value: given,
      expected: 'always, never, newer, different, size',
    })
  }
  if (given !== undefined) return given
  for (const flag of Object.keys(SHORTHANDS) as (keyof typeof SHORTHANDS)[])
    if (flags.has(flag)) return SHORTHANDS[flag]
  return isTree && hasTerminal && !flags.has('yes') ? 'ask' : 'always'
}

/** Flags that stand for a value of `--overwrite`. */
const SHORTHANDS = {
  'no-overwrite': 'never',
  update: 'newer',
  checksum: 'different',
  'size-only': 'size',
} as const satisfies Readonly<Record<string, Overwrite>>

/** Throws Failure `valueInvalid`. */
export function transferOptionsOf(parsed: TransferArguments, overwrite: Overwrite): Omit<TransferOptions, 'onChanged'> {
  const { values } = parsed
  const partSize = bytesOf('--part-size', values.get('part-size'), PART_SIZES)
  const parallel = numberOf('--parallel', values.get('parallel'), 1, 64)
  const multipartThreshold = bytesOf('--bigfile-threshold', values.get('bigfile-threshold'))
  const kibPerSecond = numberOf('--maxspeed', values.get('maxspeed'), 0, 999_999_999)
  const limit = values.get('bandwidth-limit') ?? (kibPerSecond === undefined ? undefined : String(kibPerSecond * KIB))
  const folder = values.get('checkpoint-dir')
  return {
    overwrite,
    object: objectOptionsOf(parsed),
    resume: oneOf('--resume', values.get('resume'), ['auto', 'never', 'require']) ?? 'auto',
    checkpoints: folder === undefined ? fileStore() : fileStore(path.resolve(folder)),
    ...(partSize === undefined ? {} : { partSize }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(multipartThreshold === undefined ? {} : { multipartThreshold }),
    ...(limit === undefined ? {} : { bandwidth: bandwidthOf(limit) }),
  }
}
