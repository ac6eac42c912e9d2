import { readArguments } from '../arguments.js'
import { padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { probeWordsIn } from '../messages/probe.js'
import { messagesIn } from '../messages.js'
import { parseBucket } from '../objects/address.js'
import { bytesOf } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { probe } from '../probe/probe.js'

const DEFAULT_SIZE = 8 * 1024 * 1024

/**
 * `bindery probe [oss://BUCKET]`: measures each step on the way to the server, and with a bucket a transfer. Resolves with 6 if a
 * step failed. Throws Failure.
 */
export async function probeCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('probe', args, 1)
  const [given] = parsed.positionals
  const bucket = given === undefined ? undefined : parseBucket('probe', given)
  const size = bytesOf('--size', parsed.values.get('size')) ?? DEFAULT_SIZE
  const words = probeWordsIn(language)
  let exit: ExitCode = EXIT.ok
  await withClient(parsed, env, async (client) => {
    for await (const { step, ms, facts, failure, reason } of probe(client, bucket, size)) {
      const why = failure === undefined ? '' : messagesIn(language).failure(failure)
      const text = failure === undefined ? words.facts(facts) : reason === undefined ? why : `${reason}: ${why}`
      if (failure !== undefined) exit = EXIT.found
      if (parsed.flags.has('json')) {
        await writeJson({ t: 'step', step, isOk: failure === undefined, ms, ...facts, ...(failure && { text }) })
      } else {
        const sign = failure === undefined ? '✓' : '✗'
        const line = `${sign} ${padColumns(words.steps[step], 16)}${`${ms.toFixed(1)} ms`.padStart(12)}  ${text}`
        await write(`${line.trimEnd()}\n`)
      }
    }
  })
  return exit
}
