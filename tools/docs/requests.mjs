import { code } from './markdown.mjs'

const PATHS = { service: '/', bucket: '/', object: '/{key}' }

/**
 * The first lines of an operation's requests, as Markdown; several forms are joined by "or".
 * @param {{ method: string, level: string, otherLevels?: readonly string[], when?: readonly { query?: readonly string[], header?: readonly string[] }[] }} operation
 */
export function requestForms({ method, level, otherLevels = [], when = [] }) {
  const forms = when.length > 0 ? when : [{}]
  return [level, ...otherLevels]
    .flatMap((one) =>
      forms.map(({ query = [], header = [] }) => {
        const target = `${PATHS[one]}${query.length > 0 ? `?${query.join('&')}` : ''}`
        return code(`${method} ${target}`) + header.map((name) => ` with ${code(name)}`).join('')
      }),
    )
    .join(' or ')
}
