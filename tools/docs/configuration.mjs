import { OPTIONS, SECRET_OPTIONS } from '@bindery/server'
import { code, table } from './markdown.mjs'

const INTRODUCTION = `The options of \`bindery serve [DIR]\`. A flag takes precedence over a variable, a variable over the file that \`--config\` names, and that over the
default; an empty variable counts as absent. An unknown name is an error, and the message suggests the most similar one.`

export function render() {
  const rows = Object.values(OPTIONS).map(({ flag, variable, codec, fallback, sentence }) => [
    flagText(flag, codec),
    code(variable ?? ''),
    code(fallback ?? ''),
    codec.expected,
    sentence,
  ])
  const inFiles = SECRET_OPTIONS.map((name) => code(`${OPTIONS[name].variable}_FILE`))
  const secrets = `Secrets can be in files, such as those of Docker and Kubernetes. These variables name the file with the value: ${inFiles.join(', ')}.`
  return `${INTRODUCTION}\n\n${secrets}\n\n${table(['Flag', 'Variable', 'Default', 'Takes', 'Meaning'], rows)}`
}

function flagText(flag, { placeholder }) {
  if (flag === undefined) return ''
  if (flag === 'argument') return code(placeholder)
  return code(placeholder === undefined ? flag : `${flag} ${placeholder}`)
}
