import { Failure, requireRootKey } from '@bindery/server/local'
import { type AdminServer, adminServer } from '../admin/send.js'
import { defaultFolder, readArguments } from '../arguments.js'
import type { Environment, Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { connectWordsIn } from '../messages/connect.js'
import { oneOf } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { commandLineOf } from '../own-name.js'
import { requireServer, requireValidEndpoint } from '../running-server.js'

const DIALECTS = ['oss', 's3'] as const
const SHELLS = ['sh', 'fish', 'powershell'] as const

type Shell = (typeof SHELLS)[number]

/** How a shell sets and removes a variable of its environment, and how it runs the output of a command line. */
interface ShellWriter {
  readonly set: (name: string, value: string) => string
  readonly unset: (name: string) => string
  readonly evaluate: (commandLine: string) => string
}

const WRITERS: Readonly<Record<Shell, ShellWriter>> = {
  sh: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
    unset: (name) => `unset ${name}`,
    evaluate: (commandLine) => `eval "$(${commandLine})"`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replaceAll(/[\\']/g, '\\$&')}'`,
    // alone it fails where the variable is not set
    unset: (name) => `set -e ${name}; or true`,
    evaluate: (commandLine) => `${commandLine} | source`,
  },
  powershell: {
    set: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
    unset: (name) => `Remove-Item Env:${name} -ErrorAction Ignore`,
    evaluate: (commandLine) => `${commandLine} | Out-String | Invoke-Expression`,
  },
}

/** `bindery env [DIR]`: prints the variables with which SDKs and tools use the running server. Throws Failure. */
export async function envCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, values, flags } = readArguments('env', args, 1)
  const shell = oneOf('--shell', values.get('shell'), SHELLS) ?? 'sh'
  const dialect = oneOf('--dialect', values.get('dialect'), DIALECTS)
  const endpoint = values.get('endpoint')
  const server = endpoint === undefined ? await serverOf(positionals[0], env) : await serverAt(endpoint, env)
  const variables = variablesOf(server, dialect === undefined ? DIALECTS : [dialect])
  if (flags.has('json')) {
    await writeJson(Object.fromEntries(variables.filter(([, value]) => value !== undefined)))
    return EXIT.ok
  }
  const { set, unset, evaluate } = WRITERS[shell]
  const lines = variables.map(([name, value]) => (value === undefined ? unset(name) : set(name, value)))
  const again = evaluate(commandLineOf(env, ['env', ...args]))
  await write(`${lines.join('\n')}\n# ${connectWordsIn(language).evaluate(again)}\n`)
  return EXIT.ok
}

/** The server at an address, with the key of the environment or of the default folder. Throws Failure. */
async function serverAt(endpoint: string, env: Environment): Promise<AdminServer> {
  await requireValidEndpoint(endpoint)
  return adminServer({ endpoint, folder: undefined }, env)
}

/**
 * The server that uses a folder, and the key that it was started with: variables of OSS are often those of an earlier call, so they do not
 * name the server, and count only where they hold its key. Throws Failure `serverNotFound`, `keyElsewhere`.
 */
async function serverOf(folder: string | undefined, env: Environment): Promise<AdminServer> {
  const { endpoint, region, accessKeyId } = await requireServer(folder, env)
  const kept = await requireRootKey(folder ?? defaultFolder(env)).catch(() => undefined)
  const keys: readonly (readonly [id: string | undefined, secret: string | undefined])[] = [
    [env.BINDERY_ACCESS_KEY_ID, env.BINDERY_ACCESS_KEY_SECRET],
    [kept?.accessKeyId, kept?.accessKeySecret],
    [env.OSS_ACCESS_KEY_ID, env.OSS_ACCESS_KEY_SECRET],
  ]
  const [, accessKeySecret] = keys.find(([id, secret]) => id === accessKeyId && secret) ?? []
  if (accessKeySecret === undefined) throw new Failure('keyElsewhere', { accessKeyId })
  return { endpoint, region, credentials: { accessKeyId, accessKeySecret, securityToken: undefined } }
}

type Variable = readonly [name: string, value: string | undefined]

/** The variables of clients; undefined for one that must not be left over from another server. */
function variablesOf(server: AdminServer, dialects: readonly (typeof DIALECTS)[number][]): readonly Variable[] {
  const { endpoint, region } = server
  const { accessKeyId, accessKeySecret, securityToken } = server.credentials
  const all: Readonly<Record<(typeof DIALECTS)[number], readonly Variable[]>> = {
    oss: [
      ['OSS_ENDPOINT', endpoint],
      ['OSS_REGION', region],
      ['OSS_ACCESS_KEY_ID', accessKeyId],
      ['OSS_ACCESS_KEY_SECRET', accessKeySecret],
      ['OSS_SESSION_TOKEN', securityToken],
    ],
    s3: [
      ['AWS_ENDPOINT_URL', endpoint],
      ['AWS_REGION', region],
      ['AWS_DEFAULT_REGION', region],
      ['AWS_ACCESS_KEY_ID', accessKeyId],
      ['AWS_SECRET_ACCESS_KEY', accessKeySecret],
      ['AWS_SESSION_TOKEN', securityToken],
    ],
  }
  return dialects.flatMap((dialect) => all[dialect])
}
