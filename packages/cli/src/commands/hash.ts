import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { crc64 } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { inspectWordsIn } from '../messages/inspect.js'
import { note, table, write, writeJson } from '../objects/output.js'
import { type ClientOf, withClients } from '../objects/with-client.js'
import { checksumOf } from '../transfer/checksum.js'
import { type Place, parsePlace, placeText } from '../transfer/places.js'

/**
 * `bindery hash PLACE [OTHER]`: checksums of a file, an object or standard input; of two, whether they are equal. Resolves
 * with 6 if they differ. Throws Failure.
 */
export async function hashCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('hash', args, 2)
  const { positionals, flags } = parsed
  requireArguments(positionals, 'hash', ['PLACE'])
  const places = positionals.map(parsePlace)
  for (const place of places) {
    if (place.kind === 'object' && place.address.key === '') {
      throw new Failure('addressUnfit', {
        command: 'hash',
        address: placeText(place),
        needed: 'FILE, oss://BUCKET/KEY',
      })
    }
  }
  const isLocal = places.every(({ kind }) => kind !== 'object')
  const results: Digest[] = []
  let crcName = 'CRC64-ECMA'
  const all = async (clientOf: ClientOf | undefined) => {
    const stored = places.find(({ kind }) => kind === 'object')
    const crc = clientOf === undefined || stored === undefined ? crc64 : await checksumOf(clientOf, stored)
    if (stored?.kind === 'object' && clientOf?.(stored.address).requester.dialect === 's3') crcName = 'CRC64-NVME'
    for (const place of places) results.push(await digestOf(clientOf, place, { bytes: flags.has('bytes'), crc }))
  }
  await (isLocal ? all(undefined) : withClients(parsed, env, all))
  for (const result of results) await (flags.has('json') ? writeJson(result) : write(table(rowsOf(result, crcName))))
  const [one, other] = results
  if (one === undefined || other === undefined) return EXIT.ok
  const isSame = one.size === other.size && one.crc64 !== undefined && one.crc64 === other.crc64
  if (flags.has('json')) await writeJson({ t: 'summary', isSame, exit: isSame ? EXIT.ok : EXIT.found })
  else note(inspectWordsIn(language).isSame(isSame))
  return isSame ? EXIT.ok : EXIT.found
}

interface Digest {
  readonly place: string
  readonly size: number
  /** CRC-64/ECMA; of S3 and what is compared with it CRC-64/NVME. */
  readonly crc64?: string
  /** Lower-case hex; absent where the bytes were not read. */
  readonly md5?: string
  /** Base64. */
  readonly contentMd5?: string
  readonly sha256?: string
  readonly etag?: string
}

/** The checksums of bytes that are read; of an object, those that the server has, unless `bytes` is set. */
async function digestOf(
  clientOf: ClientOf | undefined,
  place: Place,
  { bytes, crc }: { readonly bytes: boolean; readonly crc: typeof crc64 },
): Promise<Digest> {
  const name = placeText(place)
  if (place.kind !== 'object' || clientOf === undefined) return { place: name, ...(await read(bytesOf(place), crc)) }
  const { bucket, key } = place.address
  const client = clientOf(place.address)
  const { size, etag, crc64: stored } = await client.head(key, { bucket })
  const known = { place: name, size, ...(stored === undefined ? {} : { crc64: stored }), etag }
  return bytes ? { ...known, ...(await read(client.stream({ bucket, key }), crc)) } : known
}

function bytesOf(place: Place): AsyncIterable<Uint8Array> {
  return place.kind === 'file' ? createReadStream(place.path) : process.stdin
}

/** Throws Failure `fileUnreadable` for a file that cannot be read. */
async function read(pieces: AsyncIterable<Uint8Array>, crc: typeof crc64): Promise<Omit<Digest, 'place'>> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  let size = 0
  let checksum = 0n
  try {
    for await (const piece of pieces) {
      size += piece.length
      checksum = crc(piece, checksum)
      md5.update(piece)
      sha256.update(piece)
    }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (path === undefined || code === undefined) throw error
    throw new Failure('fileUnreadable', { file: path }, { cause: error })
  }
  const digest = md5.digest()
  return {
    size,
    crc64: String(checksum),
    md5: digest.toString('hex'),
    contentMd5: digest.toString('base64'),
    sha256: sha256.digest('hex'),
  }
}

type Row = readonly [name: string, value: string]

/** Names are the same in every language. */
function rowsOf({ place, size, crc64: checksum, md5, contentMd5, sha256, etag }: Digest, crcName: string): Row[] {
  const rows: (readonly [string, string | undefined])[] = [
    ['Address', place],
    ['Size', String(size)],
    [crcName, checksum],
    ['MD5', md5],
    ['Content-MD5', contentMd5],
    ['SHA-256', sha256],
    ['ETag', etag],
  ]
  return rows.filter((row): row is Row => row[1] !== undefined)
}
