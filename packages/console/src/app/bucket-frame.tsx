import type { ComponentChildren, JSX } from 'preact'
import type { DragAttributes } from '../parts/drag.js'
import { useWords } from './language.js'
import { link } from './route.js'
import { shownKey } from './shown-key.js'

/** The tabs of a bucket. */
export type BucketTab = 'objects' | 'uploads' | 'settings'

/** The head of every page of a bucket: where it is, and the other pages of the bucket. */
export function BucketFrame({
  bucket,
  tab,
  crumbs = [],
  takes = [],
  tools,
  isFull = false,
  isOver = false,
  children,
}: {
  readonly bucket: string
  readonly tab?: BucketTab
  readonly crumbs?: readonly (readonly [text: string, href: string])[]
  /** How the bucket and each crumb take what is dragged. */
  readonly takes?: readonly DragAttributes[]
  readonly tools?: ComponentChildren
  readonly isFull?: boolean
  /** Whether files are held over the page. */
  readonly isOver?: boolean
  readonly children: ComponentChildren
}): JSX.Element {
  const words = useWords()
  const path: readonly (readonly [string, string])[] = [
    [words.place.buckets, link(['buckets'])],
    [bucket, link(['buckets', bucket])],
    ...crumbs,
  ]
  return (
    <div class={`page${isFull ? ' full' : ''}${isOver ? ' over' : ''}`}>
      <header>
        <nav aria-label={words.whereYouAre}>
          <ol class="crumbs">
            {path.map(([text, href], index) => (
              <li key={href} {...takes[index - 1]}>
                {index === path.length - 1 ? <h1 class="unseen">{shownKey(text)}</h1> : null}
                <a href={href} aria-current={index === path.length - 1 ? 'page' : undefined}>
                  {shownKey(text)}
                </a>
              </li>
            ))}
          </ol>
        </nav>
        <div class="row">{tools}</div>
      </header>
      {tab !== undefined && (
        <nav class="tabs" aria-label={bucket}>
          <a href={link(['buckets', bucket])} aria-current={tab === 'objects' ? 'page' : undefined}>
            {words.objects.title}
          </a>
          <a href={link(['buckets', bucket, 'uploads'])} aria-current={tab === 'uploads' ? 'page' : undefined}>
            {words.place.uploads}
          </a>
          <a href={link(['buckets', bucket, 'settings'])} aria-current={tab === 'settings' ? 'page' : undefined}>
            {words.bucketSettings.title}
          </a>
        </nav>
      )}
      {children}
    </div>
  )
}
