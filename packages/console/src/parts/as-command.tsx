import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { CopyButton } from './copy-button.js'

/** The command line that does the same as a dialog. */
export function AsCommand({ lines }: { readonly lines: readonly string[] }): JSX.Element {
  const words = useWords()
  const text = lines.join('\n')
  return (
    <details>
      <summary>{words.showAsCommand}</summary>
      <Command text={text} />
    </details>
  )
}

/** Text of a terminal, with a button that copies it. */
export function Command({ text }: { readonly text: string }): JSX.Element {
  return (
    <div class="stack tight">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may scroll, and then the keyboard must reach it */}
      <pre class="block" tabIndex={0}>
        {text}
      </pre>
      <div class="row">
        <CopyButton text={text} />
      </div>
    </div>
  )
}

/** An argument of a shell; quoted only where it must be. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** The address of a bucket or an object as an argument. */
export function addressOf(bucket: string, key = ''): string {
  return quoted(`oss://${bucket}${key === '' ? '' : `/${key}`}`)
}
