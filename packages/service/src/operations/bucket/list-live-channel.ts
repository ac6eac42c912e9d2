import { handler } from '../../call.js'

export const listLiveChannel = handler('ListLiveChannel', ({ input }) => {
  return { output: {}, result: { ...input, isTruncated: false, nextMarker: '' } }
})
