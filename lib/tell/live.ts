import type { LiveView } from '../live-view.ts'
import { addLook, type Course, describeWatch } from '../report/watch-view.ts'
import { lookTeller } from './look-teller.ts'
import type { Teller } from './teller.ts'

/** Shows the last look, in the light of those before. */
export const createLive = ({ show }: LiveView): Teller => {
  let courses: readonly Course[] = []
  return lookTeller({
    name: 'watch',
    timeoutMs: 5000,
    looked: async (look) => {
      courses = addLook(courses, look)
      show((size) => describeWatch(look, courses, size))
    },
  })
}
