import { type OperationName, operations } from './operations.ts'

/** From the error on; before it is what was planned and done. */
export const errorIn = (stderr: string): string => stderr.slice(Math.max(0, stderr.lastIndexOf('\nerror: ')))

/** Options that an error advises, and that the script it is about does not have. */
export const unknownOptionsIn = (error: string, name: OperationName): readonly string[] =>
  [...error.matchAll(/(?:\b([a-z]+-(?:images|infra|lbs)) )?(--[a-z-]+)/g)].flatMap(([text, script, option = '']) => {
    const about = Object.values(operations).find((one) => one.script === script) ?? operations[name]
    return about.options.includes(option) ? [] : [text]
  })

const ofOld =
  /no traffic (of this lb )?has moved|serves? as before|switched back|taken back|where it went before|not yet\.|to the old still|what was to be undone serves|no lb was led to|nothing was changed\. |old and new lbs both serve/i
const ofNew =
  /new nameservers (already|serve)|with what is new|served before serves again|have gone back to|has gone back to|every pair answers|new lbs serve|points? at the new|nameservers that name the old lbs|name the old lbs again|\banswers?, |old and new lbs both serve/i

/** Where an error says that traffic is: with the old, with the new or with both; undefined when it says nothing of it. */
export const saidIn = (error: string): 'old' | 'new' | 'both' | undefined => {
  const [isOld, isNew] = [ofOld.test(error), ofNew.test(error)]
  return isOld && isNew ? 'both' : isOld ? 'old' : isNew ? 'new' : undefined
}
