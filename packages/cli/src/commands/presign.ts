import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Client } from '@bindery/client'
import { operations } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type Address, parseAddress, parseObject } from '../objects/address.js'
import { bytesOf, oneOf, PART_SIZES, secondsOf } from '../objects/arguments.js'
import { call, requestOf } from '../objects/call.js'
import { WHOLE } from '../objects/key-range.js'
import { write, writeJson } from '../objects/output.js'
import { selectedObjects, selectedOf } from '../objects/selected.js'
import { withClient } from '../objects/with-client.js'

const DEFAULT_SECONDS = '15m'
/** Seven days: the longest life of a V4 signature. */
const SECONDS_MAX = 604_800
const PARTS_MAX = 10_000
const PART_BYTES = 8 * 1024 * 1024

/**
 * `bindery presign oss://BUCKET/KEY`: prints URLs that are usable without a key for some time; with `--query` of any request, also
 * on a bucket or on the server; with `--upload FILE` a script that uploads the file in parts by such URLs. Throws Failure.
 */
export async function presignCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('presign', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'presign', ['oss://BUCKET/KEY'])
  const queryText = values.get('query')
  const method = oneOf('--method', values.get('method'), ['GET', 'PUT', 'HEAD', 'POST', 'DELETE']) ?? 'GET'
  const expiresIn = secondsOf('--expires', values.get('expires') ?? DEFAULT_SECONDS, SECONDS_MAX)
  const expires = new Date(Date.now() + expiresIn * 1_000)
  const versionId = values.get('version-id')
  const query = { ...Object.fromEntries(new URLSearchParams(queryText ?? '')), ...(versionId && { versionId }) }
  const headers = Object.fromEntries(
    parsed.given.filter(({ name }) => name === 'header').map(({ value }) => headerOf(value)),
  )
  const file = values.get('upload')
  if (file !== undefined) {
    const address = parseObject('presign', given)
    const size = await sizeOf(file)
    const partSize =
      bytesOf('--part-size', values.get('part-size'), PART_SIZES) ?? Math.max(PART_BYTES, Math.ceil(size / PARTS_MAX))
    const plan = await withClient(parsed, env, (client) =>
      presignUpload(client, address, { size, partSize, expiresIn }),
    )
    await (flags.has('json') ? writeJson({ ...address, ...plan, expires }) : write(scriptOf(file, plan)))
    return EXIT.ok
  }
  // a request on a bucket or the server chooses no objects
  const selected =
    queryText === undefined
      ? selectedOf('presign', given, parsed)
      : { address: addressOf(given), isRecursive: false, filter: undefined, metadata: undefined, range: WHOLE }
  await withClient(parsed, env, async (client) => {
    for await (const { bucket, key } of selectedObjects(client, selected)) {
      const target = { bucket: bucket === '' ? null : bucket, ...(key === '' ? {} : { key }) }
      const url = await client.presign({ ...target, method, expiresIn, query, headers })
      await (flags.has('json') ? writeJson({ url, method, expires, bucket, key }) : write(`${url}\n`))
    }
  })
  return EXIT.ok
}

/** The address of the server itself, for requests that concern no bucket. */
const SERVER = 'oss://'

/** The address of an object, a bucket or the server. Throws Failure. */
function addressOf(given: string): Address {
  return given === SERVER ? { bucket: '', key: '' } : parseAddress(given)
}

/** The name and value of `NAME: VALUE`. Throws Failure `valueInvalid`. */
function headerOf(text: string): readonly [string, string] {
  const [, name, value = ''] = /^([\w-]+):[ \t]*(.+)$/.exec(text) ?? []
  if (name !== undefined) return [name.toLowerCase(), value.trim()]
  throw new Failure('valueInvalid', {
    name: '--header',
    value: text,
    expected: 'a header such as "x-oss-object-acl: private"',
  })
}

/** Throws Failure `fileUnreadable`. */
async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error) => {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  })
  return found.size
}

interface UploadPlan {
  readonly uploadId: string
  readonly partSize: number
  readonly parts: readonly { readonly partNumber: number; readonly url: string }[]
  readonly complete: string
  readonly abort: string
}

/** Begins an upload, and signs one URL per part, one that completes it and one that aborts it. */
async function presignUpload(
  client: Client,
  address: Address,
  { size, partSize, expiresIn }: { readonly size: number; readonly partSize: number; readonly expiresIn: number },
): Promise<UploadPlan> {
  const count = Math.max(1, Math.ceil(size / partSize))
  if (count > PARTS_MAX) {
    const expected = `${Math.ceil(size / PARTS_MAX)} …`
    throw new Failure('valueInvalid', { name: '--part-size', value: String(partSize), expected })
  }
  const { uploadId } = await call(client, operations.InitiateMultipartUpload, address)
  const sign = (
    name: 'UploadPart' | 'CompleteMultipartUpload' | 'AbortMultipartUpload',
    query: Record<string, string>,
  ) => {
    const headers = name === 'CompleteMultipartUpload' ? COMPLETE_ALL : {}
    return client.requester.presign(
      requestOf(operations[name], { ...address, query: { ...query, uploadId }, headers }),
      expiresIn,
    )
  }
  const parts: { readonly partNumber: number; readonly url: string }[] = []
  for (let partNumber = 1; partNumber <= count; partNumber += 1) {
    parts.push({ partNumber, url: await sign('UploadPart', { partNumber: String(partNumber) }) })
  }
  return {
    uploadId,
    partSize,
    parts,
    complete: await sign('CompleteMultipartUpload', {}),
    abort: await sign('AbortMultipartUpload', {}),
  }
}

/** Completes an upload with all its parts. */
const COMPLETE_ALL = { 'x-oss-complete-all': 'yes' }

/** A script for a POSIX shell with dd and curl. An empty Content-Type is not signed. */
function scriptOf(file: string, { partSize, parts, complete, abort }: UploadPlan): string {
  const quoted = `'${path.resolve(file).replaceAll("'", "'\\''")}'`
  const lines = parts.map(({ partNumber, url }) => `part ${partNumber - 1} '${url}'`)
  return `#!/bin/sh -e
# Sends ${parts.length} parts of ${partSize} bytes. To give up: curl -X DELETE '${abort}'
file=\${1:-${quoted}}
part() {
  dd if="$file" bs=${partSize} skip="$1" count=1 2>/dev/null |
    curl -fsS -o /dev/null --retry 5 -X PUT -H 'Content-Type:' -H 'Expect:' --data-binary @- "$2"
}
${lines.join('\n')}
curl -fsS -X POST -H 'Content-Type:' -H 'x-oss-complete-all: yes' --data-binary '' '${complete}'
`
}
