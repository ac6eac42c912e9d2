import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import type { ExitCode } from '../exit-codes.js'
import { withClients } from '../objects/with-client.js'
import { synchronise, syncPlanOf } from '../transfer/synchronise.js'

/** `bindery sync FROM TO`: makes a folder or prefix like another one. Throws Failure. */
export async function syncCommand(invocation: Invocation): Promise<ExitCode> {
  const parsed = readArguments('sync', invocation.args, 2)
  const plan = syncPlanOf('sync', invocation, parsed, parsed.flags.has('delete'))
  return withClients(parsed, invocation.env, (clientOf) => synchronise(clientOf, plan))
}
