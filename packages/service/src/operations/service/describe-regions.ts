import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'

export const describeRegions = handler('DescribeRegions', ({ input, endpoints }) => {
  const { location, extranetEndpoint, intranetEndpoint } = endpoints
  const { region = location } = input
  if (region !== location) throw new OssError('noSuchRegion', { name: region, region })
  const own = {
    region,
    internetEndpoint: extranetEndpoint,
    internalEndpoint: intranetEndpoint,
    accelerateEndpoint: extranetEndpoint,
  }
  return { output: {}, result: { regions: [own] } }
})
