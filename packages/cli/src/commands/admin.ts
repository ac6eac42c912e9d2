import { ADMIN_COMMANDS } from '../admin/commands.js'
import { type ParsedCommand, parseAdmin, usageOf } from '../admin/parse.js'
import { renderAnswer, requestLine } from '../admin/render.js'
import { type AdminAnswer, type AdminServer, adminServer, followAdmin, sendAdmin } from '../admin/send.js'
import { wrapped } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { helpColumns } from '../help-page.js'
import type { Language } from '../language.js'
import { adminWordsIn } from '../messages/admin.js'
import { write } from '../objects/output.js'

/** `bindery admin …`: manages users, keys, groups, roles and policies of a running server. Throws Failure. */
export async function adminCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const words = adminWordsIn(language)
  const parsed = await parseAdmin(args)
  if (parsed === undefined) {
    process.stdout.write(await adminPage(language))
    return EXIT.ok
  }
  const server = await adminServer(parsed, env)
  if (parsed.command.operation === 'FollowRequests') {
    const onSkipped = () => process.stderr.write(`${words.requestsSkipped}\n`)
    for await (const request of followAdmin(server, 'FollowRequests', parsed.input, 'request', onSkipped)) {
      await write(parsed.json ? `${JSON.stringify(request)}\n` : requestLine(request))
    }
    return EXIT.ok
  }
  for (let marker: unknown; ; ) {
    const answer = await send(server, parsed, marker)
    process.stdout.write(
      parsed.json ? `${JSON.stringify(answer)}\n` : renderAnswer(answer, words.none) || `${words.done}\n`,
    )
    for (const action of unknownActionsIn(answer)) process.stderr.write(`${words.unknownAction(action)}\n`)
    if (isNewSecret(answer) && !parsed.json) process.stdout.write(`${words.secretShownOnce}\n`)
    if (answer.IsTruncated !== true) return EXIT.ok
    marker = answer.Marker
  }
}

/** The commands below `bindery admin`, and their flags. */
export async function adminPage(language: Language, columns = helpColumns()): Promise<string> {
  const words = adminWordsIn(language)
  const lines = ADMIN_COMMANDS.map((command) => wrapped(`  bindery admin ${usageOf(command)}`, columns, '      '))
  return `${wrapped(words.usage, columns)}\n\n${lines.join('\n')}\n\n${words.flags}\n`
}

function send(server: AdminServer, { command, input }: ParsedCommand, marker: unknown): Promise<AdminAnswer> {
  return sendAdmin(server, command.operation, marker === undefined ? input : { ...input, Marker: marker })
}

function isNewSecret({ AccessKey }: AdminAnswer): boolean {
  return typeof AccessKey === 'object' && AccessKey !== null && 'AccessKeySecret' in AccessKey
}

/** Actions of a policy that was set, which nothing on the server needs. */
function unknownActionsIn({ Warnings }: AdminAnswer): readonly string[] {
  const { UnknownAction = [] } = (Warnings ?? {}) as { readonly UnknownAction?: readonly string[] }
  return UnknownAction
}
