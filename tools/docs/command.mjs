import { commandReferences, FAILURE_LINE, JSON_LINES } from '@bindery/cli'
import { anchor, code, table } from './markdown.mjs'

const INTRODUCTION = `\`bindery help COMMAND\` prints the same page, in English or Chinese. The guides to [objects](../guides/transferring.md),
[running a server](../guides/running.md), [backups](../guides/operations.md) and [users](../guides/users-and-policies.md) show how the commands are used.

\`--language en|zh\` and \`--compat ossutil\` (the output of ossutil 1) can be used with every command. They and the flags of all commands on objects,
such as \`--endpoint\` and \`--json\`, can precede the name of the command.

With \`--json\`, each line of standard output is an object. The forms are listed below each command: the field that identifies the form, with its value, and
the other fields with their types: \`text\`, \`number\`, \`boolean\`, \`time\` (in UTC, as \`2026-11-30T06:38:21.000Z\`), \`object\` or \`list\`. A field with
\`?\` may be absent, one with \`!\` may be null, and \`…\` means further fields. A command that fails prints \`${FAILURE_LINE}\` last.
\`cat --json\` prints its line on standard error.`

const EXIT_CODES = [
  ['0', 'success'],
  ['1', 'wrong arguments; nothing was done'],
  ['2', 'the server refused the request'],
  ['3', 'this machine or the network prevented it'],
  ['4', 'some of several items failed; the others succeeded'],
  ['5', 'stopped by a signal'],
  ['6', 'a check found a problem: damage, unexpected data, or differences'],
  ['70', 'a bug in Bindery'],
]

/** Pages with what a row cannot hold. */
const ELSEWHERE = {
  serve: 'Its options are those of the [configuration](configuration.md).',
  admin: 'Its commands are those of the [admin interface](admin.md); `bindery admin` lists them.',
  api: 'Its operations are [all of them](operations.md); `bindery api OPERATION --help` shows the flags of one.',
}

export function render() {
  const commands = commandReferences('en')
  const index = commands
    .map(({ name, summary }) => `- [${name}](#${anchor(`bindery ${name}`).replaceAll(' ', '-')}): ${summary}`)
    .join('\n')
  const exits = `## Exit codes\n\n${table(['Code', 'Meaning'], EXIT_CODES)}`
  return [INTRODUCTION, index, ...commands.map(section), exits].join('\n\n')
}

function section({ name, synopsis, summary, details, flags, examples }) {
  const rows = flags.map(({ usage, text }) => [code(usage), text])
  const parts = [
    `## bindery ${name}`,
    synopsis === '' ? '' : synopsisOf(name, synopsis),
    [summary, ...details].join('\n'),
    ELSEWHERE[name] ?? '',
    rows.length === 0 ? '' : table(['Flag', 'Meaning'], rows),
    `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
    JSON_LINES[name].length === 0 ? '' : `Lines of \`--json\`:\n\n\`\`\`text\n${JSON_LINES[name].join('\n')}\n\`\`\``,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Alternatives of the arguments, one per line. */
function synopsisOf(name, synopsis) {
  // a bar within brackets separates flags
  const forms = synopsis.replace(/\[[^\]]*\]/g, (flags) => flags.replaceAll('|', '\0')).split(' | ')
  return `\`\`\`text\n${forms.map((form) => `bindery ${name} ${form.replaceAll('\0', '|')}`).join('\n')}\n\`\`\``
}
