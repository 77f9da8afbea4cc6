import { createLogUpdate } from 'log-update'
import { addLook, type Course, describeWatch } from '../report/watch-view.ts'
import type { Drawing } from '../terminal.ts'
import type { Teller } from './teller.ts'

/** A view of the last look on a terminal, without colours. Only where there is one: elsewhere its codes would be in the way. */
export const createLive = (stream: NodeJS.WriteStream): Teller & Drawing => {
  const update = createLogUpdate(stream)
  let courses: readonly Course[] = []
  const quiet = async (): Promise<void> => undefined
  update('Looks for the first time…')
  return {
    name: 'watch',
    timeoutMs: 5000,
    opened: quiet,
    changed: quiet,
    closed: quiet,
    looked: async (look) => {
      courses = addLook(courses, look)
      update(describeWatch(look, courses, { columns: stream.columns || 80, rows: stream.rows || 24 }))
    },
    notice: (text) => update.persist(text),
    leave: () => update.done(),
  }
}
