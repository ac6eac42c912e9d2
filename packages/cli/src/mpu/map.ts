import { stat } from 'node:fs/promises'
import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { requireArguments } from '../arguments.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type MpuWords, mpuWordsIn } from '../messages/mpu.js'
import { type Address, parseObject } from '../objects/address.js'
import { bytesOf, PART_SIZES } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { partMap, statesOf } from '../part-map.js'
import { type Explained, explain } from './explain.js'
import type { MpuInvocation } from './invocation.js'

/** Characters per line of a map. */
const MAP_WIDTH = 64
/** More ranges than these are counted, not listed. */
const RANGES_MAX = 8

/** `bindery mpu map oss://BUCKET/KEY [ID]`: which parts of an upload are stored; by default of the latest of the key. Throws Failure. */
export async function mapUpload({ parsed, rest, env, language }: MpuInvocation): Promise<ExitCode> {
  const [given] = requireArguments(rest, 'mpu map', ['oss://BUCKET/KEY'])
  const address = parseObject('mpu map', given)
  const { values, flags } = parsed
  const file = values.get('upload')
  const size = file === undefined ? undefined : await sizeOf(file)
  const partSize = bytesOf('--part-size', values.get('part-size'), PART_SIZES)
  const { uploadId, explained } = await withClient(parsed, env, async (client) => {
    const id = rest[1] ?? (await latestOf(client, address))
    return { uploadId: id, explained: await explain(client, address, id, { size, partSize }) }
  })
  if (flags.has('json')) await writeJson({ kind: 'map', ...address, uploadId, ...explained })
  else await write(mapText(explained, uploadId, mpuWordsIn(language)))
  return EXIT.ok
}

/** Throws Failure `fileUnreadable`. */
async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error) => {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  })
  return found.size
}

/** The id of the upload of a key that was begun last. Throws Failure `uploadsMissing` where it has none. */
export async function latestOf(client: Client, { bucket, key }: Address): Promise<string> {
  let latest: { readonly uploadId: string; readonly initiated: Date } | undefined
  for await (const upload of client.listUploads({ bucket, prefix: key })) {
    if (upload.key !== key) continue
    if (latest === undefined || upload.initiated >= latest.initiated) latest = upload
  }
  if (latest !== undefined) return latest.uploadId
  throw new Failure('uploadsMissing', { address: `oss://${bucket}/${key}`, bucket })
}

/** The parts that an upload has when it is whole, as far as that is known. */
export function partsOf({ plan, autoComplete, runs }: Explained): number {
  return plan?.partCount ?? autoComplete?.parts ?? runs.at(-1)?.to ?? 0
}

/** A map as text, with the facts of the upload. */
export function mapText(explained: Explained, uploadId: string, words: MpuWords): string {
  const states = statesOf(partsOf(explained), explained.runs)
  const map = partMap(states, MAP_WIDTH * 4)
  const lines = map.match(new RegExp(`.{1,${MAP_WIDTH}}`, 'gu')) ?? []
  const { gaps, undersized, plan } = explained
  const missing = plan?.missing ?? gaps
  return words.map({
    uploadId,
    explained,
    lines,
    missing: rangesText(missing),
    undersized: rangesText(undersized),
  })
}

/** `1, 4-6, …`. */
function rangesText(ranges: readonly { readonly from: number; readonly to: number }[]): string {
  const shown = ranges.slice(0, RANGES_MAX).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`))
  return ranges.length > RANGES_MAX ? `${shown.join(', ')}, …` : shown.join(', ')
}
