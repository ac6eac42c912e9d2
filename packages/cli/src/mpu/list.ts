import { requireArguments } from '../arguments.js'
import type { Environment } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { languageOf } from '../language.js'
import { sizeText } from '../messages/maintenance-words.js'
import { mpuWordsIn } from '../messages/mpu.js'
import { type Address, addressText, parseAddress, parseObject } from '../objects/address.js'
import { note, write, writeJson } from '../objects/output.js'
import { timeText } from '../objects/time-text.js'
import { heldBy } from '../objects/uploads.js'
import { type ServerArguments, withClient } from '../objects/with-client.js'
import type { MpuInvocation } from './invocation.js'

/** `bindery mpu ls oss://BUCKET[/PREFIX]`: the incomplete uploads, with what they hold. Throws Failure. */
export async function listUploads({ parsed, rest, env }: MpuInvocation): Promise<ExitCode> {
  const [given] = requireArguments(rest, 'mpu ls', ['oss://BUCKET[/PREFIX]'])
  return printUploads(parsed, env, parseAddress(given))
}

/** Prints the incomplete uploads below a prefix, with what they hold. Throws Failure. */
export async function printUploads(parsed: ServerArguments, env: Environment, address: Address): Promise<ExitCode> {
  const { bucket, key: prefix } = address
  let count = 0
  await withClient(parsed, env, async (client) => {
    for await (const upload of client.listUploads({ bucket, prefix })) {
      const { key, uploadId, initiated } = upload
      count += 1
      const held = await heldBy(client, bucket, upload)
      if (parsed.flags.has('json')) await writeJson({ kind: 'upload', bucket, key, uploadId, initiated, ...held })
      else {
        const columns = [timeText(initiated), String(held.parts).padStart(6), String(held.bytes).padStart(14), uploadId]
        await write(`${columns.join('  ')}  ${addressText({ ...address, key })}\n`)
      }
    }
  })
  if (count === 0) note(mpuWordsIn(languageOf(env)).noUploads(addressText(address)))
  return EXIT.ok
}

/** `bindery mpu parts oss://BUCKET/KEY ID`: the parts of one upload. Throws Failure. */
export async function listParts({ parsed, rest, env }: MpuInvocation): Promise<ExitCode> {
  const [given, uploadId] = requireArguments(rest, 'mpu parts', ['oss://BUCKET/KEY', 'ID'])
  const address = parseObject('mpu parts', given)
  await withClient(parsed, env, async (client) => {
    for await (const part of client.listParts({ ...address, uploadId })) {
      const { partNumber, size, etag, lastModified } = part
      const columns = [timeText(lastModified), String(partNumber).padStart(6), String(size).padStart(14), etag]
      await (parsed.flags.has('json') ? writeJson({ kind: 'part', ...part }) : write(`${columns.join('  ')}\n`))
    }
  })
  return EXIT.ok
}

/** `bindery mpu du oss://BUCKET[/PREFIX]`: the sum of what incomplete uploads hold. Throws Failure. */
export async function sumUploads({ parsed, rest, env, language }: MpuInvocation): Promise<ExitCode> {
  const [given] = requireArguments(rest, 'mpu du', ['oss://BUCKET[/PREFIX]'])
  const { bucket, key: prefix } = parseAddress(given)
  const sum = { uploads: 0, parts: 0, bytes: 0 }
  let oldest: Date | undefined
  await withClient(parsed, env, async (client) => {
    for await (const upload of client.listUploads({ bucket, prefix })) {
      const { parts, bytes } = await heldBy(client, bucket, upload)
      sum.uploads += 1
      sum.parts += parts
      sum.bytes += bytes
      if (oldest === undefined || upload.initiated < oldest) oldest = upload.initiated
    }
  })
  if (parsed.flags.has('json')) await writeJson({ kind: 'sum', bucket, prefix, ...sum, ...(oldest && { oldest }) })
  else await write(mpuWordsIn(language).sum(sum, sizeText(sum.bytes), oldest && timeText(oldest)))
  return EXIT.ok
}
