import { BUCKET_NAME } from '@bindery/server'
import { readArguments } from '../arguments.js'
import { columnsOf, padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { type Checked, checkServer } from '../doctor/checks.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type DoctorWords, doctorWordsIn } from '../messages/doctor.js'
import { givenEndpoint, requireValid, serverWithKey } from '../running-server.js'

/** `bindery doctor [DIR]`: looks for what keeps clients from working with a server. Throws Failure. */
export async function doctorCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, flags, values } = readArguments('doctor', args, 1)
  const bucket = values.get('bucket')
  if (bucket !== undefined) requireValid('--bucket', bucket, BUCKET_NAME)
  const [folder] = positionals
  const server = await serverWithKey(folder, givenEndpoint(folder, values.get('endpoint'), env), env)
  const words = doctorWordsIn(language)
  let exit: ExitCode = EXIT.ok
  for await (const checked of checkServer(server, bucket)) {
    process.stdout.write(flags.has('json') ? `${JSON.stringify(checked)}\n` : lineOf(checked, words))
    if (checked.verdict === 'problem') exit = EXIT.found
  }
  return exit
}

function lineOf({ verdict, kind, facts }: Checked, { verdicts, results }: DoctorWords): string {
  const width = Math.max(...Object.values(verdicts).map(columnsOf)) + 2
  const sentence = (results[kind] as (facts: unknown) => string)(facts)
  return `${padColumns(verdicts[verdict], width)}${sentence}\n`
}
