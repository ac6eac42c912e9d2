import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import type { ExitCode } from '../exit-codes.js'
import { parseObject } from '../objects/address.js'
import { cpCommand } from './cp.js'

/** `bindery put oss://BUCKET/KEY`: uploads standard input, whatever its length. Throws Failure. */
export async function putCommand(invocation: Invocation): Promise<ExitCode> {
  const { positionals } = readArguments('put', invocation.args, 1)
  const [given] = requireArguments(positionals, 'put', ['oss://BUCKET/KEY'])
  parseObject('put', given)
  return cpCommand({ ...invocation, args: ['-', ...invocation.args] }, 'put')
}
