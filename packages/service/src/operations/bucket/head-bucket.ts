import { handler } from '../../call.js'

/** The bucket was found on the way here. */
export const headBucket = handler('HeadBucket', ({ region }) => ({ output: { region } }))
