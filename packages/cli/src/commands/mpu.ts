import { Failure, nearest } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import type { ExitCode } from '../exit-codes.js'
import { abortUploads, completeUpload, sweepUploads } from '../mpu/end.js'
import type { MpuInvocation } from '../mpu/invocation.js'
import { listParts, listUploads, sumUploads } from '../mpu/list.js'
import { mapUpload } from '../mpu/map.js'
import { watchUploads } from '../mpu/watch.js'
import { cpCommand } from './cp.js'

/** The actions by their names. */
const ACTIONS: Readonly<Record<string, (invocation: MpuInvocation) => Promise<ExitCode>>> = {
  ls: listUploads,
  parts: listParts,
  map: mapUpload,
  du: sumUploads,
  resume: resumeUpload,
  complete: completeUpload,
  abort: abortUploads,
  gc: sweepUploads,
  watch: watchUploads,
}

/** `bindery mpu ACTION …`: looks at incomplete multipart uploads, continues and ends them. Throws Failure. */
export async function mpuCommand(invocation: Invocation): Promise<ExitCode> {
  const parsed = readArguments('mpu', invocation.args, 4)
  const [given] = requireArguments(parsed.positionals, 'mpu', ['ACTION'])
  const rest = parsed.positionals.slice(1)
  const name = given === 'list' ? 'ls' : given
  const action = ACTIONS[name]
  if (action !== undefined) return action({ ...invocation, parsed, rest })
  const suggestion = nearest(name, Object.keys(ACTIONS))
  throw new Failure('unknownCommand', {
    command: `mpu ${name}`,
    suggestion: suggestion === undefined ? undefined : `mpu ${suggestion}`,
  })
}

/** `mpu resume oss://BUCKET/KEY ID FILE` is `cp` of the file with the id of the upload; a signal prints that command line. */
async function resumeUpload(invocation: MpuInvocation): Promise<ExitCode> {
  const { parsed, rest } = invocation
  const [address, uploadId, file] = requireArguments(rest, 'mpu resume', ['oss://BUCKET/KEY', 'ID', 'FILE'])
  const flags = parsed.given.map(({ name, value }) => (value === '' ? `--${name}` : `--${name}=${value}`))
  return cpCommand({ ...invocation, args: [file, address, '--upload-id', uploadId, ...flags] })
}
