/** Drags within the page: entries of a list onto a folder. Files from elsewhere are dropped onto folders too. */
import type { HTMLAttributes } from 'preact'
import { canTake, type Moved } from '../wire/moves.js'

/** The attributes of an element that takes part in drags. */
export type DragAttributes = Pick<
  HTMLAttributes<HTMLElement>,
  'draggable' | 'onDragStart' | 'onDragEnd' | 'onDragOver' | 'onDragLeave' | 'onDrop'
>

/** The type of data that marks drags of this page, besides the texts for other programs. */
const OWN_TYPE = 'application/x-bindery-entries'

/** The entries that are dragged, none where another window drags: pages cannot read the data of a drag before it is dropped. */
let dragged: readonly Moved[] = []

/** An element that starts a drag; `entries` is called then. Other programs get the addresses as text. */
export function dragSource(bucket: string, entries: () => readonly Moved[]): DragAttributes {
  return {
    draggable: true,
    onDragStart: ({ dataTransfer }) => {
      dragged = entries()
      dataTransfer?.setData(OWN_TYPE, '')
      dataTransfer?.setData('text/plain', dragged.map(({ key }) => `oss://${bucket}/${key}`).join('\n'))
      if (dataTransfer !== null) dataTransfer.effectAllowed = 'move'
    },
    onDragEnd: () => {
      dragged = []
    },
  }
}

/** A folder that takes entries and files. */
export function dropTarget(
  folder: string,
  { onEntries, onFiles }: { onEntries: (moved: readonly Moved[]) => void; onFiles: (transfer: DataTransfer) => void },
): DragAttributes {
  const isOwn = (event: DragEvent) => event.dataTransfer?.types.includes(OWN_TYPE) === true
  const takes = (event: DragEvent) =>
    isOwn(event) ? dragged.length > 0 && canTake(folder, dragged) : event.dataTransfer?.types.includes('Files') === true
  return {
    onDragOver: (event) => {
      if (!takes(event)) return
      event.preventDefault()
      event.currentTarget.dataset.over = ''
    },
    onDragLeave: ({ currentTarget }) => {
      delete currentTarget.dataset.over
    },
    onDrop: (event) => {
      if (!takes(event) || event.dataTransfer === null) return
      event.preventDefault()
      delete event.currentTarget.dataset.over
      if (isOwn(event)) onEntries(dragged)
      else onFiles(event.dataTransfer)
    },
  }
}
