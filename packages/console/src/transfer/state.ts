/** State of the drawer, apart from the uploads themselves, so that the first page need not load those. */
import { Store } from '../app/store.js'

/** The reaction to an object that already has the key. */
export type Conflict = 'overwrite' | 'skip' | 'skip-if-same' | 'fail'

/** Whether the drawer is shown. */
export const isDrawerOpen = new Store(false)

/** Rises with each change of an upload. */
export const drawn = new Store(0)

/** Applies to files that are added from now on. */
export const conflict = new Store<Conflict>('overwrite')

/** Uploads of an earlier page whose file must be chosen again. */
export const needsFile = new Set<object>()
