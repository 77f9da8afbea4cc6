import type { FleetImage } from '../fleet/image.ts'
import { describeMoment } from '../time.ts'
import { table } from './table.ts'

/** Which baked images there are, the newest first. */
export const describeImages = (images: readonly FleetImage[], width: number): string =>
  table(
    images.map(({ name, baked, sizeGb }) => [
      name,
      describeMoment(baked * 1000),
      sizeGb === undefined ? 'being made' : `${sizeGb.toFixed(2)} GB`,
    ]),
    { width, right: [2] },
  )
